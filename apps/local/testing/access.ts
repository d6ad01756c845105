/** Who sends a request. `service` holds a token that no service gave. */
export type Actor = 'nobody' | 'buyer' | 'other' | 'admin' | 'expired' | 'service'

/**
 * - `open`: everybody, also without a token
 * - `user`: whoever is logged in
 * - `own`: whoever is logged in, for what is theirs; somebody else's is not found
 * - `own-or-admin`: the same, and admins for everybody's
 * - `admin`: admins
 * - `service`: the services whose manifests say that they call it
 */
export type Access = 'open' | 'user' | 'own' | 'own-or-admin' | 'admin' | 'service'

const STRANGERS = { nobody: [401], expired: [401], service: [401] }

/** Who is refused, and how. */
export const FORBIDDEN: Record<Access, Partial<Record<Actor, number[]>>> = {
  open: {},
  user: STRANGERS,
  own: { ...STRANGERS, other: [403, 404], admin: [403, 404] },
  'own-or-admin': { ...STRANGERS, other: [403, 404] },
  admin: { ...STRANGERS, buyer: [403], other: [403] },
  service: { ...STRANGERS, buyer: [401], other: [401], admin: [401] },
}

/** Who is let through. What an open operation does with a bad token is its own affair. */
export const MAY: Record<Access, readonly Actor[]> = {
  open: ['nobody', 'buyer', 'other', 'admin'],
  user: ['buyer', 'other', 'admin'],
  own: ['buyer'],
  'own-or-admin': ['admin', 'buyer'],
  admin: ['admin'],
  service: [],
}

/** Every operation of every service. A new one must be added here before the tests pass. */
export const ACCESS: Readonly<Record<string, Access>> = {
  'GET /.well-known/jwks.json': 'open',
  'GET /.well-known/openid-configuration': 'open',
  'POST /users': 'open',
  'POST /auth/login': 'open',
  'POST /auth/refresh': 'open',
  'POST /auth/logout': 'open',
  'POST /auth/password-reset': 'open',
  'POST /auth/password-reset/confirm': 'open',
  'POST /auth/verify-email': 'open',
  'GET /users/me': 'user',
  'PATCH /users/me': 'user',
  'PUT /users/me/password': 'user',
  'POST /users/me/email-verification': 'user',
  'DELETE /users/me': 'user',
  'GET /users/{user_id}': 'own-or-admin',
  'GET /users': 'admin',
  'PATCH /users/{user_id}': 'admin',

  'GET /products': 'open',
  'GET /products/{product_id}': 'open',
  'GET /categories': 'open',
  'GET /categories/{category_id}': 'open',
  'POST /products': 'admin',
  'PUT /products/{product_id}': 'admin',
  'DELETE /products/{product_id}': 'admin',
  'POST /categories': 'admin',
  'PUT /categories/{category_id}': 'admin',
  'DELETE /categories/{category_id}': 'admin',
  'POST /internal/products/lookup': 'service',

  'GET /inventory/{product_id}': 'user',
  'GET /inventory/{product_id}/adjustments': 'admin',
  'POST /inventory/{product_id}/adjustments': 'admin',
  'PUT /internal/reservations/{order_id}': 'service',
  'POST /internal/reservations/{order_id}/release': 'service',
  'POST /internal/reservations/{order_id}/consume': 'service',

  'POST /orders': 'user',
  'GET /orders': 'user',
  'GET /orders/{order_id}': 'own-or-admin',
  'POST /orders/{order_id}/cancel': 'own-or-admin',
  'PUT /orders/{order_id}/status': 'admin',
  'GET /internal/orders/{order_id}': 'service',

  'POST /payment-methods': 'user',
  'GET /payment-methods': 'user',
  'GET /payment-methods/{payment_method_id}': 'own-or-admin',
  'DELETE /payment-methods/{payment_method_id}': 'own-or-admin',
  'POST /payments': 'user',
  'GET /payments': 'user',
  'GET /payments/{payment_id}': 'own-or-admin',
  'POST /payments/{payment_id}/sandbox-action': 'own',
  'POST /payments/{payment_id}/refund': 'admin',
  // By the signature of the gateway.
  'POST /payments/webhooks/stripe': 'open',

  'GET /notifications': 'user',
  'GET /notifications/stream': 'user',
  'GET /notifications/preferences': 'user',
  'PUT /notifications/preferences': 'user',
  'GET /notifications/devices': 'user',
  'POST /notifications/devices': 'user',
  'DELETE /notifications/devices/{device_id}': 'own',
  'PUT /notifications/{notification_id}/read': 'own',
}

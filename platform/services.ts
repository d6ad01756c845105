// The services of this platform: one line each. What a service is and needs is in its manifest.
export { default as inventory } from '../apps/inventory/manifest.ts'
export { default as notifications } from '../apps/notifications/manifest.ts'
export { default as orders } from '../apps/orders/manifest.ts'
export { default as payments } from '../apps/payments/manifest.ts'
export { default as products } from '../apps/products/manifest.ts'
export { default as users } from '../apps/users/manifest.ts'

import { z } from 'zod'
import type { Read } from './config.ts'

/** Who moves money: the embedded sandbox, which moves none, or Stripe. */
export type PaymentGatewayConfig =
  | { kind: 'sandbox' }
  | { kind: 'stripe'; secretKey: string; webhookSecret: string }

/** No default: that no money is moved must be said. */
export function readPaymentGateway(read: Read): PaymentGatewayConfig {
  const kind = read('PAYMENT_GATEWAY', z.enum(['sandbox', 'stripe'], 'must be sandbox or stripe'))
  if (kind !== 'stripe') return { kind: 'sandbox' }
  const key = z.string().regex(/^[sr]k_(test|live)_\w+$/, 'must be a key of Stripe: sk_live_...')
  const secret = z.string().regex(/^whsec_\S+$/, 'must be the secret of a webhook: whsec_...')
  return {
    kind,
    secretKey: read('STRIPE_SECRET_KEY', key, true),
    webhookSecret: read('STRIPE_WEBHOOK_SECRET', secret, true),
  }
}

import type { Hono } from 'hono'
import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import type { Auth } from '../shared/auth/auth.ts'
import { notFound } from '../shared/http/errors.ts'
import { type AppEnv, service } from '../shared/http/http.ts'
import { idempotent } from '../shared/http/idempotency.ts'
import { describe } from '../shared/http/openapi.ts'
import { LINK_HEADER, setNextLink } from '../shared/http/page.ts'
import { answers, body, params, query } from '../shared/http/validation.ts'
import { clarify } from './ask-gateway.ts'
import type { PaymentsDeps } from './deps.ts'
import { whileAnswering } from './gateway-outage.ts'
import { findPayment, listPayments } from './find-payments.ts'
import { pay } from './pay.ts'
import { addPaymentMethods } from './payment-method-routes.ts'
import { paymentView } from './payment.ts'
import { refundPayment } from './refund-payment.ts'
import type { Sandbox } from './sandbox.ts'
import {
  PaymentCreate,
  PaymentId,
  PaymentList,
  PaymentResponse,
  Payments,
  Received,
  RefundCreate,
  RefundResponse,
  SandboxAction,
} from './schemas.ts'
import type { StripeGateway } from './stripe.ts'
import { receiveMessage } from './webhook.ts'

export interface PaymentsApp extends PaymentsDeps {
  auth: Auth
  /** The gateway again, by what it is. */
  sandbox: Sandbox | undefined
  stripe: StripeGateway | undefined
  corsOrigins: readonly string[]
  trustedProxyHops: number
  /** Tries to save a card. */
  cards: { perUser: RateLimiterAbstract; perAddress: RateLimiterAbstract }
}

/** Every path of the payments service. */
export function createApp(deps: PaymentsApp): Hono<AppEnv> {
  const { database, auth } = deps
  const user = auth.requireUser()
  const admin = auth.requireRole('admin')
  const once = idempotent(database)

  const app = service(deps.log, deps.corsOrigins)
    .post(
      '/payments',
      describe('Pay an order of mine', {
        404: 'Order or payment method not found',
        409: 'The order costs something else, or is paid, cancelled or expired',
      }),
      user,
      once,
      body(PaymentCreate),
      answers(201, PaymentResponse),
      async c =>
        c.var.answer(await pay(deps, c.var.caller, c.req.valid('json'), c.var.idempotency)),
    )
    .get(
      '/payments',
      describe('List my payments, oldest first (all for an admin)'),
      user,
      query(PaymentList),
      answers(200, Payments, { headers: LINK_HEADER }),
      async c => {
        const page = await listPayments(database, c.var.caller, c.req.valid('query'))
        setNextLink(c, page.next)
        return c.var.answer(page.items)
      },
    )
    .get(
      '/payments/:payment_id',
      describe('A payment (its owner or an admin)', { 404: 'Payment not found' }),
      user,
      params(PaymentId),
      answers(200, PaymentResponse),
      async c =>
        c.var.answer(await findPayment(database, c.var.caller, c.req.valid('param').payment_id)),
    )
    .post(
      '/payments/:payment_id/refund',
      describe('Give back all that is left of a payment, or a part (admin)', {
        404: 'Payment not found',
        409: 'The payment is not completed, or not so much is left',
      }),
      admin,
      once,
      params(PaymentId),
      body(RefundCreate),
      answers(201, RefundResponse),
      async c => {
        const { payment_id } = c.req.valid('param')
        const { caller, idempotency } = c.var
        return c.var.answer(
          await refundPayment(deps, caller, payment_id, c.req.valid('json'), idempotency),
        )
      },
    )
    .post(
      '/payments/:payment_id/sandbox-action',
      describe('Answer a payment of mine that needs action, where the gateway is the sandbox', {
        404: 'No payment of mine needs action, or the gateway moves real money',
      }),
      user,
      params(PaymentId),
      body(SandboxAction),
      answers(200, PaymentResponse),
      async c => {
        const { payment_id } = c.req.valid('param')
        await findPayment(database, c.var.caller, payment_id)
        const acted = await deps.sandbox?.act(payment_id, c.req.valid('json').approve)
        if (!acted) throw notFound('Action')
        return c.var.answer(
          paymentView(await whileAnswering(() => clarify(deps, payment_id, false))),
        )
      },
    )
    .post(
      '/payments/webhooks/stripe',
      describe(
        'What Stripe has to say, signed by it',
        { 400: 'Not signed by Stripe just now', 404: 'The gateway is not Stripe' },
        {
          parameters: [
            { name: 'Stripe-Signature', in: 'header', required: true, schema: { type: 'string' } },
          ],
        },
      ),
      answers(200, Received),
      async c => {
        const signature = c.req.header('stripe-signature') ?? ''
        await receiveMessage(deps, deps.stripe, await c.req.text(), signature)
        return c.var.answer({ received: true })
      },
    )

  return addPaymentMethods(app, deps)
}

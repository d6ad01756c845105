import { Stripe } from 'stripe'
import type { Charge, ChargeRequest, PaymentGateway } from './gateway.ts'
import { saveStripeCard } from './stripe-cards.ts'
import { answered, isElsewhere, refusalOf } from './stripe-errors.ts'
import { chargeOf, intentOf, refusedCharge } from './stripe-intents.ts'
import { refundAtStripe } from './stripe-refunds.ts'
import { readMessage, type WebhookMessage } from './stripe-webhook.ts'

export interface StripeOptions {
  secretKey: string
  webhookSecret: string
  /** Where Stripe's API is; tests have another one. */
  apiUrl: string
  /** Buyers come back here from their bank. */
  publicUrl: string
}

export interface StripeGateway extends PaymentGateway {
  /** @throws {AppError} 400 when Stripe did not sign it, or too long ago */
  readMessage: (body: string, signature: string) => WebhookMessage
}

/** The buyer's request waits for both calls of a charge; a load balancer cuts it after 60 seconds. */
const TIMEOUT_MS = 12_000
const RETRIES = 1
/** Stripe forgets an idempotency key after 24 hours at the earliest. */
const KEY_HOURS = 20
const PAGE = 100
const EXPAND = ['latest_charge']

/**
 * Stripe, by PaymentIntents. A payment intent is first made, which charges nothing, and then confirmed: making it again
 * with the same idempotency key finds it, so that a charge whose answer was lost can be asked about without charging.
 */
export function stripeGateway(options: StripeOptions): StripeGateway {
  const stripe = clientOf(options)
  const { paymentIntents } = stripe
  const make = (request: ChargeRequest) =>
    paymentIntents.create(intentOf(request), { idempotencyKey: `intent-${request.key}` })
  const now = (id: string) => paymentIntents.retrieve(id, { expand: EXPAND })

  /** As it is now; an answer to a repeated key would say what it was then. */
  async function find(request: ChargeRequest): Promise<Stripe.PaymentIntent> {
    if (request.chargeId !== null) return now(request.chargeId)
    if (Date.now() - request.madeAt.getTime() > KEY_HOURS * 3_600_000) {
      const query = `metadata['payment_id']:'${request.key}'`
      const { data } = await paymentIntents.search({ query, limit: 1 })
      if (data[0]) return now(data[0].id)
    }
    return now((await make(request)).id)
  }

  const charge = async (request: ChargeRequest): Promise<Charge> => {
    const { id } = request.chargeId === null ? await make(request) : { id: request.chargeId }
    try {
      const done = await paymentIntents.confirm(
        id,
        { return_url: `${options.publicUrl}/payments/${request.key}`, expand: EXPAND },
        { idempotencyKey: `confirm-${request.key}` },
      )
      return chargeOf(done) ?? unexpected(done)
    } catch (error) {
      if (refusalOf(error) === undefined) throw error
      // Declined, or confirmed or cancelled by somebody else: what it is now tells.
      const intent = await now(id)
      return chargeOf(intent) ?? unexpected(intent)
    }
  }

  const cancel = async (request: ChargeRequest): Promise<Charge> => {
    const { id } = await find(request)
    try {
      const key = { idempotencyKey: `cancel-${request.key}` }
      const done = await paymentIntents.cancel(id, { expand: EXPAND }, key)
      return chargeOf(done) ?? unexpected(done)
    } catch (error) {
      if (!isElsewhere(error)) throw error
      const intent = await now(id)
      return chargeOf(intent) ?? unexpected(intent)
    }
  }

  return {
    name: /^(sk|rk)_live_/.test(options.secretKey) ? 'stripe-live' : 'stripe-test',
    tokenise: (source, owner) => saveStripeCard(stripe, source, owner),
    forget: ({ token }) => withoutRefusal(() => stripe.paymentMethods.detach(token)),
    charge: request => orRefused(request, () => charge(request)),
    find: request =>
      orRefused<Charge | undefined>(request, async () => chargeOf(await find(request))),
    cancel: request => orRefused(request, () => cancel(request)),
    refund: request => answered(() => refundAtStripe(stripe, request)),
    list: async (since, after) => {
      const { data, has_more: hasMore } = await answered(() =>
        paymentIntents.list({
          created: { gte: Math.floor(since.getTime() / 1000) },
          limit: PAGE,
          expand: EXPAND.map(path => `data.${path}`),
          ...(after !== undefined && { starting_after: after }),
        }),
      )
      const charges = data.map(chargeOf).filter(found => found !== undefined)
      return { charges, next: hasMore ? data.at(-1)?.id : undefined }
    },
    readMessage: (body, signature) => readMessage(stripe, body, signature, options.webhookSecret),
  }
}

function clientOf({ secretKey, apiUrl }: StripeOptions): Stripe {
  const { protocol, hostname, port } = new URL(apiUrl)
  return new Stripe(secretKey, {
    protocol: protocol === 'http:' ? 'http' : 'https',
    host: hostname,
    ...(port !== '' && { port }),
    timeout: TIMEOUT_MS,
    maxNetworkRetries: RETRIES,
    telemetry: false,
  })
}

/** A refusal to make the payment intent is a charge that failed; nothing was charged and nothing will be. */
async function orRefused<T>(request: ChargeRequest, ask: () => Promise<T>): Promise<T | Charge> {
  try {
    return await answered(ask)
  } catch (error) {
    const reason = request.chargeId === null ? refusalOf(error) : undefined
    if (reason === undefined) throw error
    return refusedCharge(request, reason)
  }
}

/** Already gone is as good. */
async function withoutRefusal(ask: () => Promise<unknown>): Promise<void> {
  try {
    await answered(ask)
  } catch (error) {
    if (refusalOf(error) === undefined) throw error
  }
}

function unexpected({ id, status }: Stripe.PaymentIntent): never {
  throw new Error(`payment intent ${id} has the status ${status}, which it can't have here`)
}

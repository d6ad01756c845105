/** What the stand-in of Stripe remembers. Shapes and codes: docs.stripe.com/api, /declines/codes, /error-codes. */
type Params = URLSearchParams

/** The connection breaks before an answer. */
export class Unanswered extends Error {}

/** An error in Stripe's shape. */
export class StripeRefusal extends Error {
  readonly status: number
  readonly body: object
  constructor(status: number, body: { type: string; message: string; [more: string]: unknown }) {
    super(body.message)
    this.status = status
    this.body = body
  }
}

interface Card {
  brand: string
  last4: string
  exp_month: number
  exp_year: number
}
interface Method {
  id: string
  object: 'payment_method'
  type: 'card'
  customer: string | null
  card: Card
  created: number
}
interface Intent {
  id: string
  object: 'payment_intent'
  amount: number
  currency: string
  customer: string | null
  payment_method: string | null
  status: string
  metadata: Record<string, string>
  created: number
  last_payment_error: object | null
  next_action: object | null
  latest_charge: string | null
}
interface Refund {
  id: string
  object: 'refund'
  payment_intent: string
  amount: number
  status: string
  metadata: Record<string, string>
}

/** What a token's card does when it is confirmed; the first four are Stripe's own test tokens. */
const TOKENS: Record<string, string> = {
  tok_visa: '4242',
  tok_chargeDeclined: '0002',
  tok_chargeDeclinedInsufficientFunds: '9995',
  tok_threeDSecure2Required: '3220',
  tok_unanswered: '0010',
  tok_late: '0036',
  tok_lost: '0044',
}

export class StripeAccount {
  readonly methods = new Map<string, Method>()
  readonly intents = new Map<string, Intent>()
  readonly refunds: Refund[] = []
  private readonly tokens = new Map<string, Card>()
  private count = 0

  /** @param route method and path @throws {StripeRefusal} @throws {Unanswered} */
  handle(route: string, params: Params): object {
    const [, method = '', path = ''] = /^(\S+) \/v1\/(.*)$/.exec(route) ?? []
    const [kind = '', id = '', action = ''] = path.split('/')
    const shape = `${method} ${kind}${id && id !== 'search' ? '/:id' : ''}${id === 'search' ? '/search' : ''}${action && `/${action}`}`
    switch (shape) {
      case 'POST tokens':
        return this.newToken(params)
      case 'POST payment_methods':
        return this.newMethod(params)
      case 'GET payment_methods/:id':
        return this.method(id)
      case 'POST payment_methods/:id/attach':
        return Object.assign(this.method(id), { customer: params.get('customer') })
      case 'POST payment_methods/:id/detach':
        return this.detach(id)
      case 'POST customers':
        return { id: this.id('cus'), object: 'customer', metadata: metadataOf(params) }
      case 'POST payment_intents':
        return this.newIntent(params)
      case 'GET payment_intents':
        return this.list(params)
      case 'GET payment_intents/search':
        return this.search(params)
      case 'GET payment_intents/:id':
        return this.shown(this.intent(id), params)
      case 'POST payment_intents/:id/confirm':
        return this.confirm(this.intent(id), params)
      case 'POST payment_intents/:id/cancel':
        return this.cancel(this.intent(id), params)
      case 'POST refunds':
        return this.refund(params)
      case 'GET refunds':
        return page(
          '/v1/refunds',
          this.refunds.filter(made => made.payment_intent === params.get('payment_intent')),
        )
      default:
        throw new Error(`the stand-in of Stripe knows no ${route}`)
    }
  }

  /** What the buyer's bank, or time, does to a payment intent. */
  become(paymentId: string, status: 'succeeded' | 'requires_payment_method'): void {
    const intent = [...this.intents.values()].find(
      ({ metadata }) => metadata['payment_id'] === paymentId,
    )
    if (!intent) throw new Error(`no payment intent of ${paymentId}`)
    const failed = status === 'requires_payment_method'
    Object.assign(intent, {
      ...{ status, next_action: null, latest_charge: this.id('ch') },
      last_payment_error: failed ? declined('payment_intent_authentication_failure') : null,
    })
  }

  private id(kind: string): string {
    this.count += 1
    return `${kind}_${String(this.count).padStart(14, '0')}`
  }

  private newToken(params: Params): object {
    const number = params.get('card[number]') ?? ''
    const id = this.id('tok')
    this.tokens.set(id, cardOf(number.slice(-4), params, number))
    return { id, object: 'token', type: 'card', used: false }
  }

  private newMethod(params: Params): Method {
    const token = params.get('card[token]') ?? ''
    const last4 = TOKENS[token]
    const card = this.tokens.get(token) ?? (last4 === undefined ? undefined : cardOf(last4))
    if (!card) throw missing('token', token)
    const id = this.id('pm')
    const made: Method = {
      id,
      object: 'payment_method',
      type: 'card',
      customer: null,
      card,
      created: now(),
    }
    this.methods.set(id, made)
    return made
  }

  private method(id: string): Method {
    const found = this.methods.get(id)
    if (!found) throw missing('PaymentMethod', id)
    return found
  }

  private detach(id: string): Method {
    const found = this.method(id)
    if (found.customer === null)
      throw invalid(
        'payment_method_unattached',
        'The payment method is not attached to a customer.',
      )
    return Object.assign(found, { customer: null })
  }

  private newIntent(params: Params): Intent {
    const method = this.method(params.get('payment_method') ?? '')
    if (method.customer === null || method.customer !== params.get('customer'))
      throw invalid('payment_method_unexpected_state', 'The payment method may not be used again.')
    if (Number(params.get('amount')) < 50)
      throw invalid('amount_too_small', 'Amount must be at least $0.50 usd')
    const made: Intent = {
      id: this.id('pi'),
      object: 'payment_intent',
      amount: Number(params.get('amount')),
      currency: params.get('currency') ?? '',
      customer: method.customer,
      payment_method: method.id,
      status: 'requires_confirmation',
      metadata: metadataOf(params),
      created: now(),
      last_payment_error: null,
      next_action: null,
      latest_charge: null,
    }
    this.intents.set(made.id, made)
    return { ...made }
  }

  private intent(id: string): Intent {
    const found = this.intents.get(id)
    if (!found) throw missing('payment_intent', id)
    return found
  }

  private confirm(intent: Intent, params: Params): object {
    const { last4 } = this.method(intent.payment_method ?? '').card
    if (last4 === TOKENS['tok_lost']) throw new Unanswered()
    if (intent.status !== 'requires_confirmation') throw unexpectedState(intent)
    if (last4 === '0002') throw this.decline(intent, 'generic_decline')
    if (last4 === '9995') throw this.decline(intent, 'insufficient_funds')
    if (last4 === '3220')
      Object.assign(intent, {
        status: 'requires_action',
        next_action: {
          type: 'redirect_to_url',
          redirect_to_url: {
            url: 'https://hooks.stripe.com/3d',
            return_url: params.get('return_url'),
          },
        },
      })
    else if (last4 === '0036') intent.status = 'processing'
    else Object.assign(intent, { status: 'succeeded', latest_charge: this.id('ch') })
    if (last4 === '0010') throw new Unanswered()
    return this.shown(intent, params)
  }

  private decline(intent: Intent, code: string): StripeRefusal {
    const problem = declined('card_declined', code)
    Object.assign(intent, { status: 'requires_payment_method', last_payment_error: problem })
    return new StripeRefusal(402, { ...problem, payment_intent: { ...intent } })
  }

  private cancel(intent: Intent, params: Params): object {
    if (['succeeded', 'processing', 'canceled'].includes(intent.status))
      throw unexpectedState(intent)
    Object.assign(intent, { status: 'canceled', next_action: null })
    return this.shown(intent, params)
  }

  private refund(params: Params): Refund {
    const intent = this.intent(params.get('payment_intent') ?? '')
    const amount = Number(params.get('amount'))
    if (intent.status !== 'succeeded')
      throw invalid('charge_not_succeeded', 'This PaymentIntent does not have a successful charge.')
    if (this.refunded(intent) + amount > intent.amount)
      throw invalid('amount_too_large', 'The refund is greater than the unrefunded amount.')
    const made: Refund = {
      ...{ id: this.id('re'), object: 'refund', payment_intent: intent.id },
      ...{ amount, status: 'succeeded', metadata: metadataOf(params) },
    }
    this.refunds.unshift(made)
    return made
  }

  private refunded = ({ id }: Intent): number =>
    this.refunds
      .filter(refund => refund.payment_intent === id)
      .reduce((sum, { amount }) => sum + amount, 0)

  /** The charge itself in place of its id, where that is asked for. */
  private shown(intent: Intent, params: Params): object {
    const expands = [...params.values()].some(value => value.endsWith('latest_charge'))
    const charge = intent.latest_charge
    const whole = { id: charge, object: 'charge', amount_refunded: this.refunded(intent) }
    return { ...intent, latest_charge: expands && charge !== null ? whole : charge }
  }

  /** Newest first, as Stripe lists. */
  private list(params: Params): object {
    const all = [...this.intents.values()].toReversed()
    const since = Number(params.get('created[gte]') ?? 0)
    const after = params.get('starting_after')
    const rest = all.slice(after === null ? 0 : all.findIndex(({ id }) => id === after) + 1)
    const found = rest.filter(({ created }) => created >= since)
    const limit = Number(params.get('limit') ?? 10)
    const shown = found.slice(0, limit).map(intent => this.shown(intent, params))
    return { ...page('/v1/payment_intents', shown), has_more: found.length > limit }
  }

  private search(params: Params): object {
    const [, key, value] = /^metadata\['(\w+)'\]:'([^']+)'$/.exec(params.get('query') ?? '') ?? []
    const found = [...this.intents.values()].filter(({ metadata }) => metadata[key ?? ''] === value)
    return { ...page('/v1/payment_intents/search', found), object: 'search_result' }
  }
}

const now = () => Math.floor(Date.now() / 1000)
const page = (url: string, data: object[]) => ({ object: 'list', url, has_more: false, data })

const cardOf = (last4: string, params?: Params, number = '4'): Card => ({
  brand: number.startsWith('5') ? 'mastercard' : 'visa',
  last4,
  exp_month: Number(params?.get('card[exp_month]') ?? 12),
  exp_year: Number(params?.get('card[exp_year]') ?? 2034),
})

const metadataOf = (params: Params): Record<string, string> =>
  Object.fromEntries(
    [...params].flatMap(([name, value]) => {
      const key = /^metadata\[(\w+)\]$/.exec(name)?.[1]
      return key === undefined ? [] : [[key, value] as const]
    }),
  )

const invalid = (code: string, message: string, status = 400) =>
  new StripeRefusal(status, { type: 'invalid_request_error', code, message })
const missing = (what: string, id: string) =>
  invalid('resource_missing', `No such ${what}: '${id}'`, what === 'token' ? 400 : 404)
const unexpectedState = ({ status }: Intent) =>
  invalid('payment_intent_unexpected_state', `This PaymentIntent's status is ${status}.`)
const declined = (code: string, reason?: string) => ({
  type: 'card_error',
  code,
  message: 'Your card was declined.',
  ...(reason !== undefined && { decline_code: reason }),
})

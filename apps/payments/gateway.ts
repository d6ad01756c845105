/** What is charged with it: a raw number goes to the gateway at once and nowhere else. */
export type CardSource =
  | { number: string; expiryMonth: number; expiryYear: number }
  /** What the gateway's own form in the browser gave in place of a number. */
  | { token: string }

/** A card as we keep it: what the gateway knows it by, and what may be shown. */
export interface SavedCard {
  token: string
  /** Whom the gateway keeps the card for, where it wants to know. */
  customer: string | null
  brand: string
  last4: string
  expiryMonth: number
  expiryYear: number
}

/** What a charge is, the same each time that it is asked for or about. */
export interface ChargeRequest {
  /** The payment's id. The gateway charges once for it, however often it is asked. */
  key: string
  card: Pick<SavedCard, 'token' | 'customer'>
  amountCents: number
  /** ISO 4217, upper case. */
  currency: string
  /** Kept with the charge, so that a payment whose row is lost can be made again. */
  about: ChargeSubject
  /** When the payment was made here: a gateway may forget keys after a day. */
  madeAt: Date
  /** The gateway's own id, where it is known already. */
  chargeId: string | null
}

export interface ChargeSubject {
  orderId: string
  userId: string
  paymentMethodId: string
}

/**
 * `processing` and `needs_action` end by themselves or by the buyer; `cancelled` can never be charged any more.
 */
export type ChargeStatus = 'succeeded' | 'failed' | 'processing' | 'needs_action' | 'cancelled'

export interface Charge {
  /** The gateway's own id; null: it refused so early that it has none. */
  id: string | null
  key: string
  status: ChargeStatus
  /** Of a charge that failed: a short code such as `card_declined`. */
  reason: string | null
  /** Where the buyer confirms a charge that needs action. */
  actionUrl: string | null
  amountCents: number
  currency: string
  refundedCents: number
}

/** A charge in the gateway's list. `about` is undefined where somebody else made it. */
export interface ListedCharge extends Charge {
  about: ChargeSubject | undefined
}

export interface ChargePage {
  charges: ListedCharge[]
  /** Position of the next page; undefined on the last. */
  next: string | undefined
}

export interface RefundRequest {
  /** The refund's id. The gateway refunds once for it, however often it is asked. */
  key: string
  charge: { id: string; key: string }
  amountCents: number
  currency: string
}

export interface GatewayRefund {
  /** The gateway's own id; null: it made none. */
  id: string | null
  status: 'succeeded' | 'failed'
  reason: string | null
}

/**
 * Who moves the money. Each method may be called again after any failure: what is named by a key happens once.
 * @throws {GatewayUnanswered} when nobody knows whether it happened
 */
export interface PaymentGateway {
  /** Stored with all that it makes: another gateway, or its test mode, knows nothing of it. */
  readonly name: string
  /** @throws {CardRefused} */
  tokenise: (
    source: CardSource,
    owner: { userId: string; customer: string | null },
  ) => Promise<SavedCard>
  /** Nobody will pay with the card any more. */
  forget: (card: Pick<SavedCard, 'token' | 'customer'>) => Promise<void>
  charge: (request: ChargeRequest) => Promise<Charge>
  /** What became of a charge. Undefined: it was not made, but an earlier request for it may still be on its way. */
  find: (request: ChargeRequest) => Promise<Charge | undefined>
  /** Ends a charge that has not succeeded, even one that was never asked for: no later request for it charges. */
  cancel: (request: ChargeRequest) => Promise<Charge>
  refund: (request: RefundRequest) => Promise<GatewayRefund>
  /** Charges made at or after `since`, in pages. */
  list: (since: Date, after: string | undefined) => Promise<ChargePage>
}

/** The gateway does not take this card. `reason` is a short code, never what was sent. */
export class CardRefused extends Error {
  override readonly name = 'CardRefused'
  readonly reason: string
  constructor(reason: string, options?: ErrorOptions) {
    super(`the gateway refused the card: ${reason}`, options)
    this.reason = reason
  }
}

/** No answer, or none that says what happened: ask again later. */
export class GatewayUnanswered extends Error {
  override readonly name = 'GatewayUnanswered'
}

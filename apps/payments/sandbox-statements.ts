import { randomUUID } from 'node:crypto'
import type { EntityManager } from '@mikro-orm/postgresql'
import { brandOf } from './card-number.ts'
import {
  CardRefused,
  type CardSource,
  type ChargeRequest,
  type ChargeStatus,
  type GatewayRefund,
  type RefundRequest,
  type SavedCard,
} from './gateway.ts'
import {
  BEHAVIOURS,
  type Behaviour,
  type BehaviourName,
  behaviourOf,
  behaviourOfToken,
  LATE_SECONDS,
  numberBehind,
} from './sandbox-cards.ts'

/** A charge that is processed succeeds when its time has come. */
export const COLUMNS = `c.key, c.id, c.token, c.reason, c.currency,
  case when c.status = 'processing' and c.settles_at <= clock_timestamp() then 'succeeded' else c.status end as status,
  c.amount_cents::float8 as "amountCents",
  (select coalesce(sum(r.amount_cents), 0)::float8 from sandbox_refunds r where r.charge_key = c.key) as "refundedCents",
  c.order_id as "orderId", c.user_id as "userId", c.payment_method_id as "paymentMethodId"`

export interface Row {
  key: string
  id: string
  token: string
  status: ChargeStatus
  reason: string | null
  currency: string
  amountCents: number
  refundedCents: number
  orderId: string
  userId: string
  paymentMethodId: string
  position?: string
}

export async function saveCard(em: EntityManager, source: CardSource): Promise<SavedCard> {
  const { behaviour, number, expiryMonth, expiryYear } = cardOf(source)
  const token = `card_${randomUUID()}`
  const shown = { brand: brandOf(number), last4: number.slice(-4), expiryMonth, expiryYear }
  await em.execute(
    `insert into sandbox_cards (token, behaviour, brand, last4, expiry_month, expiry_year) values (?, ?, ?, ?, ?, ?)`,
    [token, behaviour, shown.brand, shown.last4, expiryMonth, expiryYear],
  )
  return { token, customer: null, ...shown }
}

function cardOf(source: CardSource) {
  if ('number' in source) return { ...source, behaviour: behaviourOf(source.number) }
  const behaviour = behaviourOfToken(source.token)
  if (behaviour === undefined) throw new CardRefused('token_unknown')
  const expiryYear = new Date().getUTCFullYear() + 3
  return { behaviour, number: numberBehind(behaviour), expiryMonth: 12, expiryYear }
}

const INSERT = `
  insert into sandbox_charges (key, id, token, status, reason, amount_cents, currency, order_id, user_id,
    payment_method_id, settles_at)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, clock_timestamp() + ${LATE_SECONDS} * interval '1 second')`

const rowOf = ({ key, card, amountCents, currency, about }: ChargeRequest, does: Behaviour) => [
  ...[key, `ch_${randomUUID()}`, card.token, does.status ?? 'cancelled', does.reason ?? null],
  ...[amountCents, currency, about.orderId, about.userId, about.paymentMethodId],
]

/** Ends a charge that waits for the buyer; one that was never asked for is noted as ended. */
export const cancel = (em: EntityManager, request: ChargeRequest): Promise<unknown> =>
  em.execute(
    `${INSERT} on conflict (key) do update set status = 'cancelled'
       where sandbox_charges.status = 'needs_action'`,
    rowOf(request, { status: undefined }),
  )

/** @returns whether the caller gets no answer */
export async function charge(em: EntityManager, request: ChargeRequest): Promise<boolean> {
  const { key, card, amountCents, currency } = request
  const [known]: { behaviour: BehaviourName; expired: boolean }[] = await em.execute(
    `select behaviour, make_date(expiry_year, expiry_month, 1) + interval '1 month' <= now() as expired
       from sandbox_cards where token = ?`,
    [card.token],
  )
  const does: Behaviour = known ? BEHAVIOURS[known.behaviour] : refusal('card_unknown')
  if (does.status === undefined) return true
  const row = rowOf(request, known?.expired ? refusal('expired_card') : does)
  const [first] = await em.execute<object[]>(
    `${INSERT} on conflict (key) do nothing returning 1`,
    row,
  )
  if (first) return does.isUnanswered === true
  const [same] = await em.execute<object[]>(
    'select from sandbox_charges where key = ? and token = ? and amount_cents = ? and currency = ?',
    [key, card.token, amountCents, currency],
  )
  if (!same) throw new Error(`charge ${key} was asked for with another card or sum before`)
  return false
}

const refusal = (reason: string): Behaviour => ({ status: 'failed', reason })

/** The charge's lock lets two refunds of it not both take the last cents. */
export async function refund(em: EntityManager, request: RefundRequest): Promise<GatewayRefund> {
  const { key, charge, amountCents } = request
  await em.execute('select from sandbox_charges where key = ? for update', [charge.key])
  const [done]: { id: string }[] = await em.execute(
    'select id from sandbox_refunds where key = ?',
    [key],
  )
  if (done) return { id: done.id, status: 'succeeded', reason: null }
  const [found]: Row[] = await em.execute(
    `select ${COLUMNS} from sandbox_charges c where key = ?`,
    [charge.key],
  )
  const id = `re_${randomUUID()}`
  if (found?.status !== 'succeeded') return { id, status: 'failed', reason: 'charge_not_succeeded' }
  if (found.refundedCents + amountCents > found.amountCents)
    return { id, status: 'failed', reason: 'amount_too_large' }
  await em.execute(
    'insert into sandbox_refunds (key, id, charge_key, amount_cents) values (?, ?, ?, ?)',
    [key, id, charge.key, amountCents],
  )
  return { id, status: 'succeeded', reason: null }
}

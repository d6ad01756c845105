import type { EntityManager } from '@mikro-orm/postgresql'
import type { z } from 'zod'
import type { Caller } from '../shared/auth/auth.ts'
import type { Database } from '../shared/database/database.ts'
import { AppError, notFound } from '../shared/http/errors.ts'
import { type Page, pageOf, type PageQuery } from '../shared/http/page.ts'
import { behind, OLDEST_FIRST, positionOf } from './age-cursor.ts'
import type { PaymentsDeps } from './deps.ts'
import { CardRefused, type CardSource, type SavedCard } from './gateway.ts'
import { whileAnswering } from './gateway-outage.ts'
import {
  newPaymentMethod,
  type PaymentMethod,
  PaymentMethodEntity,
  paymentMethodView,
  withdraw,
} from './payment-method.ts'
import type { PaymentMethodCreate, PaymentMethodView } from './schemas.ts'

type Deps = Pick<PaymentsDeps, 'database' | 'gateway'>

/** The number goes to the gateway and is forgotten. @throws {AppError} 403, 422 when the gateway refuses the card, 503 */
export async function savePaymentMethod(
  { database, gateway }: Deps,
  caller: Caller,
  given: z.output<typeof PaymentMethodCreate>,
): Promise<PaymentMethodView> {
  if (given.user_id !== undefined && given.user_id !== caller.id)
    throw new AppError('forbidden', 403, 'user_id must be your own')
  const owner = { userId: caller.id, customer: await customerOf(database, gateway.name, caller.id) }
  const card = await tokenised(() => gateway.tokenise(sourceOf(given), owner))
  const method = newPaymentMethod(card, {
    userId: caller.id,
    gateway: gateway.name,
    isDefault: given.is_default,
  })
  return database.transaction(async em => {
    if (method.isDefault) await leaveDefault(em, caller.id)
    return paymentMethodView(em.create(PaymentMethodEntity, method))
  })
}

function sourceOf(given: z.output<typeof PaymentMethodCreate>): CardSource {
  const { card_number: number, expiry_date: expiry, token } = given
  if (number !== undefined && expiry !== undefined)
    return { number, expiryMonth: expiry.month, expiryYear: expiry.year }
  return { token: token ?? '' }
}

async function tokenised(tokenise: () => Promise<SavedCard>): Promise<SavedCard> {
  try {
    return await whileAnswering(tokenise)
  } catch (error) {
    if (error instanceof CardRefused)
      throw new AppError('card_refused', 422, `The card was refused: ${error.reason}`)
    throw error
  }
}

/** Whom the gateway knows the user's other cards by. */
async function customerOf(
  database: Database,
  gateway: string,
  userId: string,
): Promise<string | null> {
  const [row] = await database.rows<{ customer: string }>(
    {
      name: 'customer-of-user',
      text: `select customer from payment_methods where user_id = $1 and gateway = $2 and customer is not null
        order by created_at desc limit 1`,
    },
    [userId, gateway],
  )
  return row?.customer ?? null
}

/** One user's cards are made default one after the other. */
async function leaveDefault(em: EntityManager, userId: string): Promise<void> {
  await em.execute("select pg_advisory_xact_lock(hashtext('payments.default-' || ?))", [userId])
  await em.execute(
    'update payment_methods set is_default = false where user_id = ? and is_default',
    [userId],
  )
}

/** The caller's own, oldest first. */
export async function listPaymentMethods(
  database: Database,
  caller: Caller,
  { skip, limit, after }: z.output<typeof PageQuery>,
): Promise<Page<PaymentMethodView>> {
  const methods = await database.transaction(em =>
    em.find(
      PaymentMethodEntity,
      { userId: caller.id, deletedAt: null, ...behind(after) },
      {
        orderBy: OLDEST_FIRST,
        limit: limit + 1,
        offset: after === undefined ? skip : 0,
      },
    ),
  )
  return pageOf(methods, limit, paymentMethodView, positionOf)
}

/** @throws {AppError} 404, also for what belongs to others */
export const findPaymentMethod = (
  database: Database,
  caller: Caller,
  id: string,
): Promise<PaymentMethodView> =>
  database.transaction(async em => paymentMethodView(await methodFor(em, caller, id)))

/** @throws {AppError} 404, also for what belongs to others */
export async function deletePaymentMethod(
  { database, gateway, log }: Deps & Pick<PaymentsDeps, 'log'>,
  caller: Caller,
  id: string,
): Promise<void> {
  const method = await database.transaction(async em => {
    const found = await methodFor(em, caller, id)
    withdraw(found)
    return found
  })
  if (method.gateway !== gateway.name || (await isBeingCharged(database, id))) return
  try {
    await gateway.forget({ token: method.token, customer: method.customer ?? null })
  } catch (error) {
    // It is gone here, and nobody else has the token.
    log.warn({ err: error }, 'the gateway could not be told to forget a card')
  }
}

/** Making the same charge again, which is how it is asked about, needs the card. */
async function isBeingCharged(database: Database, id: string): Promise<boolean> {
  const rows = await database.rows(
    `select 1 from payments where payment_method_id = $1 and status = 'pending' limit 1`,
    [id],
  )
  return rows.length > 0
}

async function methodFor(em: EntityManager, caller: Caller, id: string): Promise<PaymentMethod> {
  const method = await em.findOne(PaymentMethodEntity, { id, deletedAt: null })
  if (!method || (method.userId !== caller.id && caller.role !== 'admin'))
    throw notFound('Payment method')
  return method
}

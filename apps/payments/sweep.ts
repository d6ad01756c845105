import { clarify } from './ask-gateway.ts'
import type { PaymentsDeps } from './deps.ts'
import { runDueRefunds } from './due-refunds.ts'
import type { ListedCharge } from './gateway.ts'
import { newPayment, PaymentEntity, type PaymentStart } from './payment.ts'
import { settle } from './settle.ts'
import { isDuplicate } from '../shared/database/database-errors.ts'

/** Looked at again each time: a charge may succeed, or be refunded there, long after it was made. */
const OVERLAP = "interval '1 day'"

interface Window {
  since: Date
  until: Date
}

/**
 * Compares the gateway's list of charges with the table, both ways, and repairs each difference: charged there and not
 * here, here and not there, charged there and unknown here. By one instance at a time.
 * @returns how many differences there were; undefined: it is not time yet
 */
export async function sweep(deps: PaymentsDeps, everySeconds: number): Promise<number | undefined> {
  const window = await takeTurn(deps, everySeconds)
  if (!window) return undefined
  const seen = new Set<string>()
  let repaired = 0
  let after: string | undefined
  do {
    const page = await deps.gateway.list(window.since, after)
    for (const { key } of page.charges) seen.add(key)
    for (const charge of await differing(deps, page.charges))
      if (await attempted(deps, charge.key, () => repair(deps, charge))) repaired++
    after = page.next
  } while (after !== undefined)
  for (const id of await unlisted(deps, window, seen))
    if (await attempted(deps, id, () => clarify(deps, id, false))) repaired++
  await deps.database.transaction(em =>
    em.execute('update sweeps set swept_until = ? where gateway = ?', [
      window.until,
      deps.gateway.name,
    ]),
  )
  return repaired
}

async function takeTurn(
  { database, gateway }: PaymentsDeps,
  everySeconds: number,
): Promise<Window | undefined> {
  const rows: { since: string; until: string }[] = await database.transaction(async em => {
    await em.execute(
      `insert into sweeps (gateway, swept_until, due_at) values (?, now(), '-infinity') on conflict do nothing`,
      [gateway.name],
    )
    return em.execute(
      `update sweeps set due_at = now() + ? * interval '1 second' where gateway = ? and due_at <= now()
       returning (swept_until - ${OVERLAP})::text as since, now()::text as until`,
      [everySeconds, gateway.name],
    )
  })
  const [turn] = rows
  return turn && { since: new Date(turn.since), until: new Date(turn.until) }
}

interface Known {
  id: string
  status: string
  refundedCents: number
}

/** Charges of ours about which the table says something else. */
async function differing(
  { database }: PaymentsDeps,
  charges: readonly ListedCharge[],
): Promise<ListedCharge[]> {
  const ours = charges.filter(({ about }) => about !== undefined)
  const rows = await database.rows<Known>(
    {
      name: 'known-payments',
      text: `select id, status, refunded_cents::float8 as "refundedCents" from payments where id = any($1::uuid[])`,
    },
    [ours.map(({ key }) => key)],
  )
  const known = new Map(rows.map(row => [row.id, row]))
  return ours.filter(charge => differs(charge, known.get(charge.key)))
}

function differs(charge: ListedCharge, known: Known | undefined): boolean {
  const isCharged = charge.status === 'succeeded'
  if (!known) return isCharged
  switch (known.status) {
    // Those are for `reconcile`, but for what has succeeded.
    case 'pending':
      return isCharged
    case 'failed':
      return isCharged && known.refundedCents === 0 && charge.refundedCents === 0
    default:
      return !isCharged || charge.refundedCents > known.refundedCents
  }
}

/** Payments of that time that are completed here and not in the gateway's list. */
async function unlisted(
  { database, gateway }: PaymentsDeps,
  { since, until }: Window,
  seen: ReadonlySet<string>,
): Promise<string[]> {
  const rows = await database.rows<{ id: string }>(
    `select id from payments where gateway = $1 and status = 'completed' and amount_cents > 0
       and created_at >= $2 and processed_at < $3`,
    [gateway.name, since, until],
  )
  return rows.map(({ id }) => id).filter(id => !seen.has(id))
}

async function repair(deps: PaymentsDeps, charge: ListedCharge): Promise<void> {
  deps.log.error(
    { payment_id: charge.key, charge_id: charge.id, status: charge.status },
    'the gateway and the table differ about a payment; the table is repaired',
  )
  await adopt(deps, charge)
  const payment = await settle(deps, charge.key, charge)
  if (payment.refundedCents > 0) await runDueRefunds(deps, [payment.id])
}

/**
 * Makes the row again of a charge that has none, from what the gateway keeps with it. When its order is unknown or has
 * another payment the row is one that failed: settling then gives the money back.
 */
async function adopt(deps: PaymentsDeps, charge: ListedCharge): Promise<void> {
  const { about, key: id, amountCents, currency } = charge
  if (!about) return
  const order = await deps.findOrder(about.orderId)
  const start = { id, ...about, amountCents, currency, gateway: deps.gateway.name }
  const isOrphan = !order || order.user_id !== about.userId
  try {
    await insert(deps, start, isOrphan)
  } catch (error) {
    if (!isDuplicate(error, 'payments_live_key')) throw error
    await insert(deps, start, true)
  }
}

const insert = ({ database }: PaymentsDeps, start: PaymentStart, isOrphan: boolean) =>
  database.transaction(async em => {
    if (await em.findOne(PaymentEntity, { id: start.id })) return
    const made = newPayment(start)
    em.create(PaymentEntity, {
      ...made,
      ...(isOrphan && {
        status: 'failed' as const,
        reason: 'unknown_order',
        processedAt: made.createdAt,
      }),
    })
  })

async function attempted(
  { log }: PaymentsDeps,
  id: string,
  act: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    log.error({ err: error, payment_id: id }, 'a difference could not be repaired; trying again')
    return false
  }
}

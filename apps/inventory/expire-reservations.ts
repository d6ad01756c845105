import type { Database, Statement } from '../shared/database/database.ts'

/** Few enough for their products to be locked for a moment only. */
const AT_ONCE = 50

const EXPIRE: Statement = {
  name: 'expire-reservations',
  storesEvents: true,
  text: 'select expire_reservations($1, $2) as expired',
}

/**
 * Gives back the stock of reservations whose time is over: for orders that never came to be, since the others say
 * themselves when they end. Instances share the work. Returns how many this one ended.
 */
export async function expireReservations(database: Database, lowStockAt: number): Promise<number> {
  const [row] = await database.rows<{ expired: number }>(EXPIRE, [AT_ONCE, lowStockAt])
  const expired = row?.expired ?? 0
  return expired < AT_ONCE ? expired : expired + (await expireReservations(database, lowStockAt))
}

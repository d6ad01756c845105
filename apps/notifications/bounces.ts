import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '../shared/database/database.ts'
import type { Log } from '../shared/process/log.ts'

const hashOf = (address: string): string =>
  createHash('sha256').update(address.toLowerCase()).digest('base64url')

/** Nothing is sent there any more, to whatever user the address belongs. */
export const noteBounce = (database: Database, address: string, reason: string): Promise<unknown> =>
  database.transaction(em =>
    em.execute(
      `insert into bounced_addresses (address_hash, reason) values (?, ?)
        on conflict (address_hash) do nothing`,
      [hashOf(address), reason],
    ),
  )

const BOUNCED = {
  name: 'bounced',
  text: 'select 1 from bounced_addresses where address_hash = $1',
}

export const hasBounced = async (database: Database, address: string): Promise<boolean> =>
  (await database.rows(BOUNCED, [hashOf(address)])).length > 0

/** @returns whether the address was one that bounced */
export async function forgetBounced(database: Database, address: string): Promise<boolean> {
  const rows = await database.transaction(em =>
    em.execute<unknown[]>(
      'delete from bounced_addresses where address_hash = ? returning address_hash',
      [hashOf(address)],
    ),
  )
  return rows.length > 0
}

const EVERY_MS = 600_000
/** Longer than any outage of ours: what was noted before is noted again, to no effect. */
const LOOK_BACK_MS = 3 * 86_400_000

/** Mail bounces after it was taken: the provider keeps a list, which is read now and every ten minutes. */
export function startBounceReading(
  database: Database,
  bounced: (since: Date) => AsyncIterable<string>,
  log: Log,
): () => Promise<void> {
  const stopping = new AbortController()
  const reading = (async () => {
    while (!stopping.signal.aborted) {
      await readBounces(database, bounced, new Date(Date.now() - LOOK_BACK_MS)).catch(
        (error: unknown) =>
          log.warn({ err: error }, 'bounces could not be read; in 10 minutes again'),
      )
      await delay(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {})
    }
  })()
  return async () => {
    stopping.abort()
    await reading
  }
}

export async function readBounces(
  database: Database,
  bounced: (since: Date) => AsyncIterable<string>,
  since: Date,
): Promise<void> {
  for await (const address of bounced(since)) await noteBounce(database, address, 'bounced')
}

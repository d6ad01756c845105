import type { Database } from '../../shared/database/database.ts'
import { BUSY_SECONDS, type DeliveryLog, daysToSeconds } from './delivery-log.ts'

const BEGIN = `
  insert into delivery_log as log (delivery, state, attempt, busy_until, expires_at)
  values (?, 'sending', ?, now() + ${BUSY_SECONDS} * interval '1 s', now() + ? * interval '1 s')
  on conflict (delivery) do update
    set state = excluded.state, attempt = excluded.attempt, busy_until = excluded.busy_until, expires_at = excluded.expires_at
    where log.expires_at <= now() or (log.state = 'sending' and log.busy_until <= now())
  returning delivery`

/** What expired counts as gone, as in DynamoDB, whether it is deleted yet or not. */
const STATE = 'select state from delivery_log where delivery = ? and expires_at > now()'

/** Where no DynamoDB is: laptops, tests, a single machine. */
export function postgresDeliveryLog(database: Database, days: number): DeliveryLog {
  const run = <Row>(sql: string, values: unknown[]): Promise<Row[]> =>
    database.transaction(em => em.execute(sql, values))
  return {
    begin: async (delivery, attempt) => {
      const begun = await run(BEGIN, [delivery, attempt, daysToSeconds(days)])
      if (begun.length > 0) return 'begun'
      const [row] = await run<{ state: string }>(STATE, [delivery])
      return row?.state === 'sent' ? 'sent' : 'busy'
    },
    sent: async (delivery, providerId) => {
      await run(`update delivery_log set state = 'sent', provider_id = ? where delivery = ?`, [
        providerId,
        delivery,
      ])
    },
    gaveUp: async (delivery, attempt) => {
      await run(
        `update delivery_log set busy_until = now() - interval '1 s'
          where delivery = ? and attempt = ? and state = 'sending'`,
        [delivery, attempt],
      )
    },
    close: () => {},
  }
}

const PRUNED_AT_ONCE = 1_000

/** Does what TTL does in DynamoDB, in small bites. */
export async function pruneDeliveryLog(database: Database): Promise<number> {
  const { length } = await database.rows(
    `delete from delivery_log where delivery in (
      select delivery from delivery_log where expires_at < now()
      order by expires_at limit ${PRUNED_AT_ONCE} for update skip locked) returning delivery`,
    [],
  )
  return length === PRUNED_AT_ONCE ? length + (await pruneDeliveryLog(database)) : length
}

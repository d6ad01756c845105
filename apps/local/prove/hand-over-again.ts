import type { ProofShop } from './arranged-shop.ts'

/**
 * Has every event that was sent so far handed over once more, as a bus may deliver it twice, and as a relay does that
 * died after the bus had it. The bus must have forgotten it, or it would take it for the same.
 * @returns how many
 */
export async function handOverAgain({
  query,
  manifests,
}: Pick<ProofShop, 'query' | 'manifests'>): Promise<number> {
  let count = 0
  for (const { name } of manifests.filter(({ publishes }) => publishes.length > 0)) {
    const { length } = await query(`
      with sent as (
        select id from "${name}".outbox where sent_at is not null
      ), forgotten as (
        delete from bus.job where id in (select id from sent) and state = 'completed'
      )
      update "${name}".outbox set sent_at = null where id in (select id from sent) returning id`)
    count += length
  }
  return count
}

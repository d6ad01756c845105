import type { AnyManifest } from '../../shared/manifest.ts'
import type { Rule } from './rules.ts'

/** What must hold of all events once everything has settled: each had its effect, once, at each of its consumers. */
export function eventRules(manifests: readonly AnyManifest[]): Rule[] {
  const publishers = manifests.filter(({ publishes }) => publishes.length > 0)
  const consumers = manifests.filter(({ consumes }) => consumes.length > 0)
  return [
    {
      rule: 'every event had its effect at each of its consumers',
      broken: publishers
        .flatMap(publisher =>
          consumers.map(
            ({ name, consumes }) => `
              select '${name} lacks ' || (envelope->>'type') || ' ' || id from "${publisher.name}".outbox o
              where envelope->>'type' in (${consumes.map(type => `'${type}'`).join(', ')})
                and not exists (select from "${name}".inbox i where i.consumer = '${name}' and i.event_id = o.id)`,
          ),
        )
        .join(' union all '),
    },
    {
      rule: 'the events of a subject are numbered without gaps',
      broken: publishers
        .map(
          ({ name }) => `
            select '${name} ' || subject || ': ' || last_sequence || ' against ' || count(o.id)
            from "${name}".outbox_subjects left join "${name}".outbox o
              on (o.envelope->'subject'->>'type') || ':' || (o.envelope->'subject'->>'id') = subject
            group by subject, last_sequence having last_sequence <> count(o.id)`,
        )
        .join(' union all '),
    },
    {
      rule: 'no event is a dead letter',
      broken: `select name || ' ' || id || ': ' || (data->>'type') from bus.job where name like '%.dead'`,
    },
  ]
}

/** Rows that say what is still under way; none: everything has settled. */
export const underWay = (manifests: readonly AnyManifest[]): string =>
  [
    ...manifests
      .filter(({ publishes }) => publishes.length > 0)
      .map(
        ({ name }) =>
          `select '${name}: ' || count(*) || ' events to be sent' from "${name}".outbox where sent_at is null having count(*) > 0`,
      ),
    `select name || ': ' || count(*) || ' events to be handled' from bus.job
      where name not like '%.dead' and state in ('created', 'retry', 'active') group by name`,
    `select 'orders that are pending: ' || count(*) from orders.orders where status = 'pending' having count(*) > 0`,
    `select 'payments that are pending: ' || count(*) from payments.payments where status = 'pending' having count(*) > 0`,
    `select 'refunds that are pending: ' || count(*) from payments.refunds where status = 'pending' having count(*) > 0`,
    `select 'messages that are to be sent: ' || count(*) from notifications.deliveries where state = 'due' having count(*) > 0`,
    `select 'reservations that are held: ' || count(*) from inventory.reservations where status = 'held' having count(*) > 0`,
  ].join(' union all ')

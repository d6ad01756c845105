import type { Output } from '../log.ts'
import { holdsWithin } from '../processes/poll.ts'
import { arrangeShop, type ProofShop } from './arranged-shop.ts'
import type { Receipts } from './buyer.ts'
import { openComposeShop } from './compose-shop.ts'
import { eventRules, underWay } from './event-rules.ts'
import { killSchedule } from './kill-schedule.ts'
import type { ProveOptions } from './prove-options.ts'
import { raceWhileKilling, soldOf } from './race.ts'
import { randomOf } from './random.ts'
import { type Rule, RULES } from './rules.ts'

export interface ProveCheckoutOptions extends ProveOptions {
  appsDir: string
  path: string
  /** Of commands of Docker. */
  env: Readonly<Record<string, string | undefined>>
  output: Output
}

const SETTLE_MS = 120_000
const SHOWN = 10

/**
 * Buyers race for few units while processes are killed; then everything must settle, and every rule must hold. Prints
 * what it did and found.
 * @returns how many rules were broken
 */
export async function proveCheckout(options: ProveCheckoutOptions): Promise<number> {
  const { buyers, units, seconds, kills, seed, compose, output } = options
  const command = `npm run prove -- checkout ${compose === undefined ? '' : `--compose ${compose} `}--buyers ${buyers} --units ${units} --seconds ${seconds} ${compose === undefined ? `--kills ${kills} ` : ''}--seed ${seed}`
  output.print(command)
  const shop =
    compose === undefined
      ? await arrangeShop(options)
      : await openComposeShop({ ...options, folder: compose })
  try {
    const random = randomOf(seed)
    const violations: string[] = []
    const receipts: Receipts = { orders: new Set(), payments: new Set(), gone: new Set() }
    const schedule = killSchedule(
      random.fork('kills'),
      shop.manifests.map(({ name }) => name),
      kills,
      seconds,
    )
    const begun = performance.now()
    const { paid, twice } = await raceWhileKilling(
      shop,
      options,
      schedule,
      random,
      receipts,
      violations,
    )
    const settled = await settle(shop)
    output.print(
      `${receipts.orders.size} orders and ${receipts.payments.size} payments were answered with 201, ${kills} processes killed, ` +
        `${paid} orders paid meanwhile, ${twice} events handed over twice, settled after ${((performance.now() - begun) / 1000).toFixed(0)} s`,
    )
    const verdicts = [
      { rule: 'everything settles', found: settled },
      {
        rule: 'one key has one answer, and no request is refused without a reason',
        found: violations,
      },
      await soldRule(shop, options, receipts),
      await receiptRule(shop, receipts),
      ...(await checked(shop, [...RULES, ...eventRules(shop.manifests)])),
    ]
    return report(verdicts, output)
  } finally {
    await shop.close()
  }
}

/** Lets the time of orders that nobody pays run out, and waits until nothing is under way. @returns what still is */
async function settle({ query, manifests }: ProofShop): Promise<string[]> {
  await query(
    `update orders.orders set expires_at = now() - interval '1 h' where status = 'pending'`,
  )
  let left: string[] = []
  await holdsWithin(
    SETTLE_MS,
    async () => {
      left = texts(await query(underWay(manifests)))
      return left.length === 0
    },
    250,
  )
  return left
}

interface Verdict {
  rule: string
  /** What breaks it. */
  found: readonly string[]
}

async function soldRule(
  shop: ProofShop,
  { buyers, units }: ProveOptions,
  { gone }: Receipts,
): Promise<Verdict> {
  const sold = await soldOf(shop)
  const expected = Math.min(units, buyers - gone.size)
  return {
    rule: `of ${units} units ${expected} are sold to ${buyers} buyers, ${gone.size} of whom changed their mind`,
    found: sold === expected ? [] : [`${sold} were sold`],
  }
}

async function receiptRule({ query }: ProofShop, receipts: Receipts): Promise<Verdict> {
  const lost = async (ids: ReadonlySet<string>, table: string) =>
    texts(
      await query(
        `select '${table} ' || id from unnest($1::uuid[]) id where not exists (select from ${table} t where t.id = id.id)`,
        [[...ids]],
      ),
    )
  return {
    rule: 'what was answered with 201 is there',
    found: [
      ...(await lost(receipts.orders, 'orders.orders')),
      ...(await lost(receipts.payments, 'payments.payments')),
    ],
  }
}

const checked = (shop: ProofShop, rules: readonly Rule[]): Promise<Verdict[]> =>
  Promise.all(
    rules.map(async ({ rule, broken }) => ({ rule, found: texts(await shop.query(broken)) })),
  )

/** The one column of each row. */
const texts = (rows: readonly object[]): string[] =>
  rows.map(row => String(Object.values(row)[0] ?? ''))

function report(verdicts: readonly Verdict[], output: Output): number {
  for (const { rule, found } of verdicts) {
    output.print(`${found.length === 0 ? 'holds ' : 'BROKEN'} ${rule}`)
    for (const text of found.slice(0, SHOWN)) output.print(`         ${text}`)
    if (found.length > SHOWN) output.print(`         ... and ${found.length - SHOWN} more`)
  }
  const broken = verdicts.filter(({ found }) => found.length > 0).length
  output.print(`${verdicts.length - broken} rules hold, ${broken} are broken`)
  return broken
}

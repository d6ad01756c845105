import { setTimeout as sleep } from 'node:timers/promises'
import { pause } from '../../shared/bus/keep-trying.ts'
import type { Output } from '../log.ts'
import { holdsWithin } from '../processes/poll.ts'
import { type ArrangedShop, arrangeShop } from './arranged-shop.ts'
import { type Buyer, buy, type Receipts } from './buyer.ts'
import { eventRules, underWay } from './event-rules.ts'
import { type Kill, killSchedule } from './kill-schedule.ts'
import type { ProveOptions } from './prove-options.ts'
import { type Random, randomOf } from './random.ts'
import { type Rule, RULES, SOLD } from './rules.ts'

export interface ProveCheckoutOptions extends ProveOptions {
  appsDir: string
  path: string
  output: Output
}

/** How long buyers go on after the last kill until everything is sold. */
const CALM_MS = 240_000
const SETTLE_MS = 120_000
const SHOWN = 10
const PROGRESS_SECONDS = 15

/**
 * Buyers race for few units while processes are killed; then everything must settle, and every rule must hold. Prints
 * what it did and found.
 * @returns how many rules were broken
 */
export async function proveCheckout(options: ProveCheckoutOptions): Promise<number> {
  const { buyers, units, seconds, kills, seed, output } = options
  const command = `npm run prove -- checkout --buyers ${buyers} --units ${units} --seconds ${seconds} --kills ${kills} --seed ${seed}`
  output.print(command)
  const shop = await arrangeShop(options)
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
    const paid = await raceWhileKilling(shop, options, schedule, random, receipts, violations)
    const settled = await settle(shop)
    output.print(
      `${receipts.orders.size} orders and ${receipts.payments.size} payments were answered with 201, ${kills} processes killed, ` +
        `${paid} orders paid meanwhile, settled after ${((performance.now() - begun) / 1000).toFixed(0)} s`,
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

/** @returns how many units were paid when the killing ended */
async function raceWhileKilling(
  shop: ArrangedShop,
  { units, seconds, output }: ProveCheckoutOptions,
  schedule: readonly Kill[],
  random: Random,
  receipts: Receipts,
  violations: string[],
): Promise<number> {
  const over = new AbortController()
  const client = (buyer: Buyer) => ({
    shop: shop.shopFor(over.signal),
    random: random.fork(buyer.email),
    report: (violation: string) => violations.push(violation),
    signal: over.signal,
  })
  const racing = Promise.all(
    shop.buyers.map(buyer =>
      buy(client(buyer), buyer, shop.race, receipts).catch((error: unknown) => {
        if (!over.signal.aborted) violations.push(`${buyer.email}: ${String(error)}`)
      }),
    ),
  )
  const telling = tellProgress(shop, output, over.signal)
  await Promise.all([killAll(shop, schedule), sleep(seconds * 1000)])
  const paid = await soldOf(shop)
  await Promise.race([
    racing,
    holdsWithin(CALM_MS, async () => (await soldOf(shop)) >= units && (await isPaidOut(shop)), 500),
  ])
  over.abort()
  await Promise.all([racing, telling])
  return paid
}

/** A line now and then: a race takes minutes. */
async function tellProgress(
  { query, race }: ArrangedShop,
  output: Output,
  over: AbortSignal,
): Promise<void> {
  for (let seconds = PROGRESS_SECONDS; ; seconds += PROGRESS_SECONDS) {
    await pause(PROGRESS_SECONDS * 1000, over)
    if (over.aborted) return
    const rows = await query<{ text: string }>(
      `select status || ' ' || count(*) as text from orders.orders o
        join orders.order_items i on i.order_id = o.id and i.product_id = $1
        group by status order by status`,
      [race.scarce],
    )
    output.print(`  ${seconds} s: orders ${rows.map(({ text }) => text).join(', ') || 'none'}`)
  }
}

async function killAll({ parts }: ArrangedShop, schedule: readonly Kill[]): Promise<void> {
  const begun = performance.now()
  for (const { atMs, target } of schedule) {
    await sleep(Math.max(0, begun + atMs - performance.now()))
    const pid =
      target === 'postgres'
        ? parts.postgres?.pid
        : parts.services.find(({ name }) => name === target)?.pid
    if (pid !== undefined) kill(pid)
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // It was killed a moment ago and is not started again yet.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

async function soldOf({ query, race }: ArrangedShop): Promise<number> {
  const [row] = await query<{ sold: number }>(SOLD, [race.scarce])
  return row?.sold ?? 0
}

/** No order is left that could still end either way. */
const isPaidOut = async ({ query }: ArrangedShop): Promise<boolean> =>
  (await query(`select from orders.orders where status = 'pending'`)).length === 0

/** Lets the time of orders that nobody pays run out, and waits until nothing is under way. @returns what still is */
async function settle({ query, manifests }: ArrangedShop): Promise<string[]> {
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
  shop: ArrangedShop,
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

async function receiptRule({ query }: ArrangedShop, receipts: Receipts): Promise<Verdict> {
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

const checked = (shop: ArrangedShop, rules: readonly Rule[]): Promise<Verdict[]> =>
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

import { setTimeout as sleep } from 'node:timers/promises'
import { pause } from '../../shared/bus/keep-trying.ts'
import type { Output } from '../log.ts'
import { holdsWithin } from '../processes/poll.ts'
import type { ProofShop } from './arranged-shop.ts'
import { type Buyer, buy, type Receipts } from './buyer.ts'
import { handOverAgain } from './hand-over-again.ts'
import type { Kill } from './kill-schedule.ts'
import type { Random } from './random.ts'
import { SOLD } from './rules.ts'

/** How long buyers go on after the last kill until everything is sold. */
const CALM_MS = 240_000
const PROGRESS_SECONDS = 15

export interface Raced {
  /** Units that were paid when the killing ended. */
  paid: number
  /** Events that were handed over once more. */
  twice: number
}

interface RaceOptions {
  units: number
  seconds: number
  output: Output
}

/** Buyers race while processes are killed, and until everything is sold. */
export async function raceWhileKilling(
  shop: ProofShop,
  { units, seconds, output }: RaceOptions,
  schedule: readonly Kill[],
  random: Random,
  receipts: Receipts,
  violations: string[],
): Promise<Raced> {
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
  const [early] = await Promise.all([
    sleep(random.fork('again').below(seconds * 1000)).then(() => handOverAgain(shop)),
    killAll(shop, schedule),
    sleep(seconds * 1000),
  ])
  const twice = early + (await handOverAgain(shop))
  const paid = await soldOf(shop)
  await Promise.race([
    racing,
    holdsWithin(CALM_MS, async () => (await soldOf(shop)) >= units && (await isPaidOut(shop)), 500),
  ])
  over.abort()
  await Promise.all([racing, telling])
  return { paid, twice }
}

/** A line now and then: a race takes minutes. */
async function tellProgress(
  { query, race }: ProofShop,
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

async function killAll({ parts }: ProofShop, schedule: readonly Kill[]): Promise<void> {
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

/** Units of the scarce product in paid orders. */
export async function soldOf({ query, race }: ProofShop): Promise<number> {
  const [row] = await query<{ sold: number }>(SOLD, [race.scarce])
  return row?.sold ?? 0
}

/** No order is left that could still end either way. */
const isPaidOut = async ({ query }: ProofShop): Promise<boolean> =>
  (await query(`select from orders.orders where status = 'pending'`)).length === 0

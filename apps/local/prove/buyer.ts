import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { type Client, idIn, insist, insistOnce } from './shopper.ts'

export interface Buyer {
  id: string
  email: string
  token: string
}

export interface Race {
  /** What everybody wants; there are few. */
  scarce: string
  /** There is enough of these. */
  plentiful: readonly string[]
}

/** What a buyer was told, to be compared with what is there at the end. */
export interface Receipts {
  /** Ids of orders that were answered with 201. */
  orders: Set<string>
  /** Ids of payments that were answered with 201. */
  payments: Set<string>
  /** Who ordered, did not pay and never came back. */
  gone: Set<string>
}

/** Numbers of the sandbox gateway; each behaves in its own way. */
export const CARDS = {
  good: '4242424242424242',
  declined: '4000000000000002',
  /** Charged, and the answer is lost. */
  unanswered: '4000000000000010',
  late: '4000000000000036',
} as const
type Card = keyof typeof CARDS

type Plan = Card | 'cancel' | 'abandon'

/** What a buyer does with an order; of 20 as many as it says. */
const PLANS = Object.entries({
  good: 11,
  unanswered: 3,
  late: 2,
  declined: 2,
  cancel: 1,
  abandon: 1,
} satisfies Record<Plan, number>).flatMap(([plan, times]) => Array<Plan>(times).fill(plan as Plan))

const Order = z.object({
  id: z.uuid(),
  status: z.string(),
  total_amount: z.number(),
  currency: z.string(),
})
const Problem = z.object({ code: z.string(), detail: z.string() })

/**
 * Buys one unit of what is scarce, however long it takes: orders, pays with one card or another, sometimes changes
 * their mind and comes back, and tries again when nothing is left: another order may end.
 */
export async function buy(
  client: Client,
  buyer: Buyer,
  race: Race,
  receipts: Receipts,
): Promise<void> {
  const cards = new Map<Card, string>()
  while (!client.signal.aborted) {
    const order = await placeOrder(client, buyer, race, receipts)
    if (!order) {
      await pause(client, 4_000)
      continue
    }
    const plan = client.random.pick(PLANS)
    if (plan === 'abandon') {
      receipts.gone.add(buyer.id)
      return
    }
    if (plan === 'cancel') {
      await insist(client, post(`/orders/${order.id}/cancel`, buyer))
      continue
    }
    await pay(client, buyer, order, await cardOf(client, buyer, cards, plan), receipts)
    const status = await ended(client, buyer, order.id, async () =>
      pay(client, buyer, order, await cardOf(client, buyer, cards, 'good'), receipts),
    )
    if (status !== 'cancelled') return
  }
}

const post = (path: string, { token }: Buyer, body: object = {}, key?: string) =>
  ({ method: 'POST', path, token, body, ...(key !== undefined && { key }) }) as const

const keyOf = ({ random }: Client): string =>
  Array.from({ length: 4 }, () =>
    random
      .below(2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('')

const pause = async ({ random, signal }: Client, upToMs: number): Promise<void> => {
  await sleep(random.below(upToMs), undefined, { signal })
}

/** Undefined: nothing is left. */
async function placeOrder(client: Client, buyer: Buyer, race: Race, receipts: Receipts) {
  const { random, report } = client
  const others = race.plentiful.filter(() => random.chance(0.4))
  const items = [race.scarce, ...others].map(product_id => ({ product_id, quantity: 1 }))
  if (random.chance(0.5)) items.reverse()
  const answer = await insistOnce(client, post('/orders', buyer, { items }, keyOf(client)))
  if (answer.status === 201) {
    const order = Order.parse(answer.body)
    receipts.orders.add(order.id)
    return order
  }
  const problem = Problem.safeParse(answer.body)
  if (answer.status !== 409 || problem.data?.code !== 'out_of_stock')
    report(`POST /orders answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  return undefined
}

async function cardOf(client: Client, buyer: Buyer, cards: Map<Card, string>, card: Card) {
  const known = cards.get(card)
  if (known !== undefined) return known
  const body = {
    user_id: buyer.id,
    type: 'card',
    card_number: CARDS[card],
    expiry_date: '12/40',
    is_default: false,
  }
  const answer = await insist(client, post('/payment-methods', buyer, body))
  const id = idIn(answer)
  cards.set(card, id)
  return id
}

async function pay(
  client: Client,
  buyer: Buyer,
  order: z.output<typeof Order>,
  method: string,
  receipts: Receipts,
): Promise<void> {
  const body = {
    order_id: order.id,
    amount: order.total_amount,
    currency: order.currency,
    payment_method_id: method,
  }
  const answer = await insistOnce(client, post('/payments', buyer, body, keyOf(client)))
  if (answer.status === 201) receipts.payments.add(idIn(answer))
  else if (answer.status !== 409)
    client.report(`POST /payments answered ${answer.status}: ${JSON.stringify(answer.body)}`)
}

const Payments = z.array(z.object({ status: z.string() }))

/** Undefined, and reported: the buyer may not read what is theirs. */
async function read<T>(
  client: Client,
  { token }: Buyer,
  path: string,
  type: z.ZodType<T>,
): Promise<T | undefined> {
  const answer = await insist(client, { path, token })
  if (answer.status === 200) return type.parse(answer.body)
  client.report(`GET ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  return undefined
}

/** Waits until the order is no longer pending; pays once more when the payment has failed. */
async function ended(
  client: Client,
  buyer: Buyer,
  orderId: string,
  payAgain: () => Promise<void>,
): Promise<string> {
  for (;;) {
    const order = await read(client, buyer, `/orders/${orderId}`, Order)
    if (order && order.status !== 'pending') return order.status
    const payments = await read(client, buyer, `/payments?order_id=${orderId}`, Payments)
    if (order && payments?.every(({ status }) => status === 'failed')) await payAgain()
    await pause(client, 1_000)
  }
}

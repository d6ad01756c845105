import { afterAll, beforeAll, expect, test } from 'vitest'
import { Payments, type PaymentView } from './schemas.ts'
import { newPayment, ok, openShop, type Shop } from './testing.ts'

let shop: Shop
const made: PaymentView[] = []
beforeAll(async () => {
  shop = await openShop()
  for (const token of ['tok_visa', 'tok_declined', 'tok_late', 'tok_visa', 'tok_visa'])
    made.push(await newPayment(shop, token))
})
afterAll(() => shop?.close())

const list = (query = '', token = shop.buyer) => shop.payments.call(`/payments${query}`, { token })

test('payments are listed oldest first, in the documented shape', async () => {
  const { body } = ok(200, await list())
  expect(Payments.element.strict().array().parse(body)).toEqual(made)
})

test('others see nothing of them, an admin sees all', async () => {
  expect((await list('', await shop.issuer.token('buyer'))).body).toEqual([])
  expect((await list('', shop.admin)).body).toEqual(made)
})

test('those of one order alone', async () => {
  const { order_id } = made[1]!
  expect((await list(`?order_id=${order_id}`)).body).toEqual([made[1]])
  expect((await list(`?order_id=x`)).status).toBe(422)
})

test.each([1, 2, 5])('the Link header leads through pages of %i once', async limit => {
  const seen: string[] = []
  let next: string | undefined = `/payments?limit=${limit}`
  while (next !== undefined) {
    const page = ok(200, await shop.payments.call(next, { token: shop.buyer }))
    seen.push(...page.body.map(({ id }: { id: string }) => id))
    next = /^<([^>]+)>/.exec(page.headers.get('link') ?? '')?.[1]
  }
  expect(seen).toEqual(made.map(({ id }) => id))
})

test('skip leaves out the first', async () => {
  expect((await list('?skip=3&limit=1')).body).toEqual([made[3]])
})

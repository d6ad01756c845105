import { z } from 'zod'
import { expectStatus, inParallel, type Shop } from '../demo/client.ts'
import { holdsWithin } from '../processes/poll.ts'
import type { Buyer, Race } from './buyer.ts'
import type { Query } from './query-at.ts'

export interface Population {
  adminToken: string
  buyers: readonly Buyer[]
  race: Race
}

export interface PopulateOptions {
  buyers: number
  units: number
  /** Tells the accounts and categories of this run from those of earlier ones on the same shop. */
  run: string
  shop: Shop
  grantAdmin: (email: string) => Promise<void>
  /** As the superuser. */
  query: Query
}

const PLENTY = 1_000_000
const PASSWORD = 'prove-it-to-me'
const STOCK_WITHIN_MS = 30_000

/** An admin, buyers, one scarce product and plenty of others. */
export async function populate(options: PopulateOptions): Promise<Population> {
  const { shop, run } = options
  const admin = `admin${run}@prove.test`
  await register(shop, admin)
  await options.grantAdmin(admin)
  const adminToken = await logIn(shop, admin)
  const race = await stocked(options, adminToken)
  return { adminToken, race, buyers: await registered(options) }
}

const Named = z.object({ id: z.uuid() })
const Token = z.object({ access_token: z.string() })

async function register(shop: Shop, email: string): Promise<string> {
  const body = { email, password: PASSWORD, full_name: email }
  const answer = await expectStatus(shop, 201, { method: 'POST', path: '/users', body })
  return Named.parse(answer.body).id
}

async function logIn(shop: Shop, email: string): Promise<string> {
  const body = { email, password: PASSWORD }
  const answer = await expectStatus(shop, 200, { method: 'POST', path: '/auth/login', body })
  return Token.parse(answer.body).access_token
}

async function registered({ shop, buyers: count, run }: PopulateOptions): Promise<Buyer[]> {
  const emails = Array.from({ length: count }, (_, index) => `buyer-${index}${run}@prove.test`)
  const buyers: Buyer[] = []
  await inParallel(emails, 4, async email => {
    const id = await register(shop, email)
    buyers.push({ id, email, token: await logIn(shop, email) })
  })
  return buyers.sort((a, b) => a.email.localeCompare(b.email))
}

async function stocked({ shop, units, run, query }: PopulateOptions, token: string): Promise<Race> {
  const create = async (path: string, body: object) =>
    Named.parse((await expectStatus(shop, 201, { method: 'POST', path, token, body })).body).id
  const category_id = await create('/categories', { name: `Things${run}` })
  const product = (name: string, stock_quantity: number, price: number) =>
    create('/products', { name, description: name, price, category_id, stock_quantity })
  const scarce = await product('Scarce', units, 19.99)
  const plentiful = [
    await product('Plenty A', PLENTY, 1.01),
    await product('Plenty B', PLENTY, 2.5),
    await product('Plenty C', PLENTY, 0.99),
  ]
  const wanted = [scarce, ...plentiful]
  const isThere = await holdsWithin(STOCK_WITHIN_MS, async () => {
    const rows = await query('select from inventory.stock where product_id = any($1)', [wanted])
    return rows.length === wanted.length
  })
  if (!isThere) throw new Error('the stock of new products did not come to inventory')
  return { scarce, plentiful }
}

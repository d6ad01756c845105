import { z } from 'zod'
import { demoCatalogue } from './catalogue.ts'
import { expectStatus, inParallel, listAll, type Shop, unexpected } from './client.ts'
import type { RunnerLog } from '../log.ts'
import { type Demo, type DemoPart, openDemo, saveDemo } from './demo-file.ts'

export interface DemoOptions {
  /** `.data/demo.json` */
  file: string
  /** What people open, for the file. */
  url: string
  shop: Shop
  /** Names of the services that run: parts whose service does not run are left for another start. */
  services: ReadonlySet<string>
  /** Makes the account of this e-mail an admin. */
  grantAdmin: (email: string) => Promise<void>
  log: Pick<RunnerLog, 'info'>
}

const PARALLEL = 8
const Named = z.object({ id: z.string(), name: z.string() })
const Login = z.object({ access_token: z.string() })

/**
 * Registers the two accounts and fills in the catalogue through the public API: at the first start, or at a later one
 * when that was cut short. Returns undefined when nothing can log in, as the users service does not run.
 */
export async function fillDemo(options: DemoOptions): Promise<Demo | undefined> {
  const { file, services, shop } = options
  if (!services.has('users')) return undefined
  const demo = await openDemo(file, options.url)
  const complete = async (part: DemoPart) => {
    demo.done.push(part)
    await saveDemo(file, demo)
  }
  if (!demo.done.includes('accounts')) {
    await registerAccounts(demo, options)
    await complete('accounts')
  }
  if (services.has('products') && !demo.done.includes('catalogue')) {
    await fillCatalogue(options, await logIn(shop, demo.admin))
    await complete('catalogue')
  }
  return demo
}

async function registerAccounts({ buyer, admin }: Demo, options: DemoOptions): Promise<void> {
  const { shop, grantAdmin } = options
  const registerAdmin = async () => {
    await register(shop, admin, 'Alex Admin')
    await grantAdmin(admin.email)
  }
  await Promise.all([registerAdmin(), register(shop, buyer, 'Bea Buyer')])
}

async function register(shop: Shop, account: Demo['buyer'], fullName: string): Promise<void> {
  const body = { ...account, full_name: fullName }
  const request = { method: 'POST', path: '/users', body } as const
  const answer = await shop(request)
  if (answer.status === 201) return
  if (answer.status !== 400) throw unexpected(request, answer)
  // Registered already: by a start before us that was cut short, or else the login says that it was not us.
  await logIn(shop, account)
}

async function logIn(shop: Shop, { email, password }: Demo['buyer']): Promise<string> {
  const request = { method: 'POST', path: '/auth/login', body: { email, password } } as const
  const { body } = await expectStatus(shop, 200, request)
  return Login.parse(body).access_token
}

async function fillCatalogue({ shop, log }: DemoOptions, token: string): Promise<void> {
  const { categories, products } = demoCatalogue()
  log.info(`filling in the demo: ${categories.length} categories, ${products.length} products`)
  const [oldCategories, oldProducts] = await Promise.all([
    listAll(shop, '/categories?limit=100', Named),
    listAll(shop, '/products?limit=100', Named),
  ])
  const ids = new Map(oldCategories.map(({ name, id }) => [name, id]))
  await inParallel(
    categories.filter(({ name }) => !ids.has(name)),
    PARALLEL,
    async body => {
      const answer = await expectStatus(shop, 201, {
        method: 'POST',
        path: '/categories',
        token,
        body,
      })
      ids.set(body.name, Named.parse(answer.body).id)
    },
  )
  const present = new Set(oldProducts.map(({ name }) => name))
  await inParallel(
    products.filter(({ name }) => !present.has(name)),
    PARALLEL,
    async ({ category, ...product }) => {
      const body = { ...product, category_id: ids.get(category) }
      await expectStatus(shop, 201, { method: 'POST', path: '/products', token, body })
    },
  )
}

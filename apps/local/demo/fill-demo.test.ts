import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Shop, ShopRequest } from './client.ts'
import { type DemoOptions, fillDemo } from './fill-demo.ts'
import { recordingLog } from '../testing/recording-log.ts'
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts'

let folder: string
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => removeFolder(folder))

interface Row {
  id: string
  name: string
}

/** A shop in memory that can break down after so many writes. */
function fakeShop() {
  const passwords = new Map<string, string>()
  const admins = new Set<string>()
  const rows: Record<string, Row[]> = { '/categories': [], '/products': [] }
  const state = { writesLeft: Infinity }
  const answer = (status: number, body: unknown, headers = {}) => ({
    status,
    body,
    headers: new Headers(headers),
  })

  const create = (path: string, body: object, token: string | undefined) => {
    if (token === undefined || !admins.has(token)) return answer(403, { detail: 'Not for you' })
    const row = { id: `${path}-${rows[path]?.length}`, ...body } as Row
    rows[path]?.push(row)
    return answer(201, row)
  }
  const page = (url: URL) => {
    const all = rows[url.pathname] ?? []
    const from = Number(url.searchParams.get('after') ?? 0)
    const link =
      from + 100 < all.length
        ? { Link: `<${url.pathname}?limit=100&after=${from + 100}>; rel="next"` }
        : {}
    return answer(200, all.slice(from, from + 100), link)
  }
  const shop: Shop = async ({ method = 'GET', path, token, body }: ShopRequest) => {
    if (method === 'GET') return page(new URL(path, 'http://shop'))
    if (state.writesLeft-- <= 0) throw new Error('broken down')
    const { email = '', password = '' } = body as { email?: string; password?: string }
    if (path === '/auth/login')
      return passwords.get(email) === password
        ? answer(200, { access_token: email })
        : answer(401, { detail: 'Incorrect email or password' })
    if (path !== '/users') return create(path, body ?? {}, token)
    if (passwords.has(email)) return answer(400, { detail: 'Email already registered' })
    passwords.set(email, password)
    return answer(201, { id: email })
  }
  return { shop, rows, passwords, admins, state }
}

const fill = (fake: ReturnType<typeof fakeShop>, more: Partial<DemoOptions> = {}) =>
  fillDemo({
    file: join(folder, 'demo.json'),
    url: 'http://localhost:8080',
    shop: fake.shop,
    services: new Set(['users', 'products']),
    grantAdmin: async email => void fake.admins.add(email),
    log: recordingLog(),
    ...more,
  })

const saved = async (): Promise<unknown> =>
  JSON.parse(await readFile(join(folder, 'demo.json'), 'utf8'))
const counts = ({ rows }: ReturnType<typeof fakeShop>) => [
  rows['/categories']?.length,
  rows['/products']?.length,
]

test('the first start registers both accounts and fills the catalogue; the file is private', async () => {
  const fake = fakeShop()
  const demo = await fill(fake)
  expect(counts(fake)).toEqual([12, 240])
  expect([...fake.admins]).toEqual(['admin@example.com'])
  expect(await saved()).toEqual(demo)
  expect(demo).toMatchObject({
    url: 'http://localhost:8080',
    buyer: { email: 'buyer@example.com' },
  })
  expect(fake.passwords.get('buyer@example.com')).toBe(demo?.buyer.password)
  expect((await stat(join(folder, 'demo.json'))).mode & 0o777).toBe(0o600)
})

test('a later start writes nothing to the shop and brings the url up to date', async () => {
  const fake = fakeShop()
  const first = await fill(fake)
  fake.state.writesLeft = 0
  const second = await fill(fake, { url: 'http://localhost:9000' })
  expect(second).toEqual({ ...first, url: 'http://localhost:9000' })
  expect(await saved()).toEqual(second)
})

test.each([0, 1, 2, 3, 8, 15, 16, 100, 250])(
  'a start that was cut short after %i writes is completed by the next',
  async writes => {
    const fake = fakeShop()
    fake.state.writesLeft = writes
    await expect(fill(fake)).rejects.toThrow('broken down')
    fake.state.writesLeft = Infinity
    await fill(fake)
    expect(counts(fake)).toEqual([12, 240])
    expect(new Set(fake.rows['/products']?.map(({ name }) => name)).size).toBe(240)
  },
)

test('a product that was deleted on purpose is not made again', async () => {
  const fake = fakeShop()
  await fill(fake)
  fake.rows['/products']?.pop()
  await fill(fake)
  expect(counts(fake)).toEqual([12, 239])
})

test('what a subset of the services can not do is left for a start with all', async () => {
  const fake = fakeShop()
  expect(await fill(fake, { services: new Set(['products']) })).toBeUndefined()
  await fill(fake, { services: new Set(['users']) })
  expect(counts(fake)).toEqual([0, 0])
  await fill(fake)
  expect(counts(fake)).toEqual([12, 240])
})

test('an address that somebody else has registered is not taken for ours', async () => {
  const fake = fakeShop()
  fake.passwords.set('buyer@example.com', 'of somebody else')
  await expect(fill(fake)).rejects.toThrow(
    'POST /auth/login answered 401: Incorrect email or password',
  )
})

import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { z } from 'zod'
import { isDatabaseDown } from '../../shared/database/database-errors.ts'
import type { AnyManifest } from '../../shared/manifest.ts'
import { openDataFolder } from '../data/data-folder.ts'
import { expectStatus, inParallel, type Shop, shopAt } from '../demo/client.ts'
import type { Output } from '../log.ts'
import { type Parts, type Program, startPlatform, stopPlatform } from '../platform.ts'
import { removePostgres } from '../postgres/postgres.ts'
import { freePort } from '../processes/free-ports.ts'
import { holdsWithin } from '../processes/poll.ts'
import { runCommand } from '../services/command.ts'
import { findServices } from '../services/find-services.ts'
import { DATABASE } from '../services/supply.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import type { Buyer, Race } from './buyer.ts'

export interface ArrangedShop {
  /** Of the edge. */
  url: string
  /** Where each service itself listens. */
  services: readonly { name: string; url: string }[]
  /** What callers prove themselves with, by callee. */
  serviceTokens: Readonly<Record<string, string>>
  adminToken: string
  manifests: readonly AnyManifest[]
  parts: Parts
  /** To start a service again that was stopped. */
  programs: readonly Program[]
  shopFor: (signal: AbortSignal) => Shop
  buyers: readonly Buyer[]
  race: Race
  /** As the superuser; waits until PostgreSQL is there. */
  query: <Row extends object>(sql: string, values?: readonly unknown[]) => Promise<Row[]>
  close: () => Promise<void>
}

export interface ArrangeOptions {
  buyers: number
  units: number
  appsDir: string
  path: string
  output: Output
}

/** What a race of minutes needs: short waits, cheap passwords, no limits for a single address. */
const SETTINGS = {
  users: {
    passwordCost: 4,
    loginsPerAddress: 100_000,
    loginsPerAccount: 1_000,
    registrationsPerAddress: 100_000,
  },
  payments: { cardsPerUser: 1_000, cardsPerAddress: 100_000 },
  orders: { reservationMinutes: 1, expiryGraceSeconds: 5, expirySeconds: 1 },
}

/** A minute, as usual, would let events of killed consumers rest for as long as the race takes. */
const VISIBILITY_SECONDS = 6

const PLENTY = 1_000_000
const PASSWORD = 'prove-it-to-me'
const ADMIN = 'admin@prove.test'
const STOCK_WITHIN_MS = 30_000
const DATABASE_WITHIN_MS = 30_000

/** A shop of its own on a free port and in a temporary folder, with buyers, one scarce product and plenty of others. */
export async function arrangeShop(options: ArrangeOptions): Promise<ArrangedShop> {
  const { appsDir, path, output } = options
  const dir = await temporaryFolder()
  const folder = await openDataFolder(dir, output)
  const manifests = await findServices(appsDir)
  const parts: Parts = { services: [] }
  const run = manifests.map(({ name }) => name)
  const port = await freePort()
  const stopping = new AbortController()
  const close = async () => {
    stopping.abort()
    await stopPlatform(parts)
    await removePostgres(folder.postgres, output)
    await rm(dir, { recursive: true, force: true })
  }
  try {
    const { programs, services } = await startPlatform(
      {
        ...{ appsDir, folder, manifests, run, port, path },
        ...{ output: quiet(output), signal: stopping.signal },
        ...{ fresh: false, fillsDemo: false, settings: SETTINGS },
        ...{ longestPauseMs: 100, visibilitySeconds: VISIBILITY_SECONDS },
      },
      parts,
    )
    const query = queryOf(parts)
    const shopFor = (signal: AbortSignal) => shopAt(`http://127.0.0.1:${port}`, signal)
    const shop = shopFor(stopping.signal)
    const users = programs.find(({ name }) => name === 'users')
    if (!users) throw new Error('there is no service "users"')
    await register(shop, ADMIN)
    await runCommand(users.main, ['grant-admin', ADMIN], users.env)
    const adminToken = await logIn(shop, ADMIN)
    const race = await stocked(shop, adminToken, options.units, query)
    const buyers = await registered(shop, options.buyers)
    return {
      ...{
        url: `http://localhost:${port}`,
        services,
        serviceTokens: tokensOf(programs),
        adminToken,
      },
      ...{ manifests, parts, programs, shopFor, buyers, race, query, close },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** That killed processes do not answer is no news here. */
const quiet = (output: Output): Output => {
  const nothing = () => {}
  return { ...output, info: nothing, warn: nothing, error: nothing, line: nothing }
}

const tokensOf = (programs: readonly Program[]): Record<string, string> =>
  Object.fromEntries(
    programs.flatMap(({ name, env }) => {
      const token = env['SERVICE_TOKEN']
      return token === undefined ? [] : [[name, token]]
    }),
  )

function queryOf(parts: Parts): ArrangedShop['query'] {
  return async <Row extends object>(sql: string, values: readonly unknown[] = []) => {
    const endsAt = performance.now() + DATABASE_WITHIN_MS
    for (;;) {
      const client = new pg.Client({ connectionString: parts.postgres?.adminUrl(DATABASE) })
      client.on('error', () => {}) // the query fails with it
      try {
        await client.connect()
        return (await client.query<Row>(sql, [...values])).rows
      } catch (error) {
        if (!isDatabaseDown(error) || performance.now() > endsAt) throw error
        await sleep(100)
      } finally {
        await client.end()
      }
    }
  }
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

async function registered(shop: Shop, count: number): Promise<Buyer[]> {
  const emails = Array.from({ length: count }, (_, index) => `buyer-${index}@prove.test`)
  const buyers: Buyer[] = []
  await inParallel(emails, 4, async email => {
    const id = await register(shop, email)
    buyers.push({ id, email, token: await logIn(shop, email) })
  })
  return buyers.sort((a, b) => a.email.localeCompare(b.email))
}

async function stocked(
  shop: Shop,
  token: string,
  units: number,
  query: ArrangedShop['query'],
): Promise<Race> {
  const create = async (path: string, body: object) =>
    Named.parse((await expectStatus(shop, 201, { method: 'POST', path, token, body })).body).id
  const category_id = await create('/categories', { name: 'Things' })
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

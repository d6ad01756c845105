import { rm } from 'node:fs/promises'
import type { AnyManifest } from '../../shared/manifest.ts'
import { openDataFolder } from '../data/data-folder.ts'
import { type Shop, shopAt } from '../demo/client.ts'
import type { Output } from '../log.ts'
import { type Parts, type Program, startPlatform, stopPlatform } from '../platform.ts'
import { removePostgres } from '../postgres/postgres.ts'
import { freePort } from '../../shared/process/free-ports.ts'
import { runCommand } from '../services/command.ts'
import { findServices } from '../services/find-services.ts'
import { DATABASE } from '../services/supply.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { populate, type Population } from './populate.ts'
import { queryAt, type Query } from './query-at.ts'

/** What the proof needs of a shop. */
export interface ProofShop extends Population {
  manifests: readonly AnyManifest[]
  /** Processes that may be killed. */
  parts: Parts
  shopFor: (signal: AbortSignal) => Shop
  /** As the superuser; waits until PostgreSQL is there. */
  query: Query
  close: () => Promise<void>
}

export interface ArrangedShop extends ProofShop {
  /** Of the edge. */
  url: string
  /** Where each service itself listens. */
  services: readonly { name: string; url: string }[]
  /** What callers prove themselves with, by callee. */
  serviceTokens: Readonly<Record<string, string>>
  /** To start a service again that was stopped. */
  programs: readonly Program[]
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
    const query = queryAt(() => parts.postgres?.adminUrl(DATABASE))
    const shopFor = (signal: AbortSignal) => shopAt(`http://127.0.0.1:${port}`, signal)
    const shop = shopFor(stopping.signal)
    const users = programs.find(({ name }) => name === 'users')
    if (!users) throw new Error('there is no service "users"')
    const population = await populate({
      ...{ buyers: options.buyers, units: options.units, run: '', shop, query },
      grantAdmin: async email => {
        await runCommand(users.main, ['grant-admin', email], users.env)
      },
    })
    return {
      ...{
        url: `http://localhost:${port}`,
        services,
        serviceTokens: tokensOf(programs),
      },
      ...{ manifests, parts, programs, shopFor, query, close },
      ...population,
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

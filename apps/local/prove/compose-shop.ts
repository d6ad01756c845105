import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openComposeProject } from '../compose/compose-project.ts'
import { shopAt } from '../demo/client.ts'
import { findServices } from '../services/find-services.ts'
import { DATABASE } from '../services/supply.ts'
import { StartError } from '../start-error.ts'
import type { ProofShop } from './arranged-shop.ts'
import { populate } from './populate.ts'
import { queryAt } from './query-at.ts'

export interface ComposeShopOptions {
  /** Made by `npm run render -- compose --out`. */
  folder: string
  appsDir: string
  buyers: number
  units: number
  /** Of commands of Docker. */
  env: Readonly<Record<string, string | undefined>>
}

/**
 * The shop of a compose project that runs, with buyers and products of this run's own. Its database must be reachable.
 * @throws {StartError} naming what is missing
 */
export async function openComposeShop(options: ComposeShopOptions): Promise<ProofShop> {
  const { folder, buyers, units, env } = options
  const { edge, postgres, grantAdmin } = await openComposeProject(folder, env)
  if (postgres === undefined)
    throw new StartError(
      'bad_option',
      `${folder} publishes no port of the database, which the rules are checked in.`,
      'Render it anew with --database-port PORT, and start it.',
    )
  const password = (await readFile(join(folder, 'secrets', 'postgres-password'), 'utf8')).trim()
  const url = `postgres://postgres:${encodeURIComponent(password)}@${postgres}/${DATABASE}`
  const query = queryAt(() => url)
  const stopping = new AbortController()
  const shopFor = (signal: AbortSignal) => shopAt(`http://${edge}`, signal)
  const population = await populate({
    ...{ buyers, units, query, shop: shopFor(stopping.signal) },
    run: `-${Date.now().toString(36)}`,
    grantAdmin,
  })
  return {
    ...population,
    manifests: await findServices(options.appsDir),
    parts: { services: [] },
    ...{ shopFor, query },
    close: async () => stopping.abort(),
  }
}

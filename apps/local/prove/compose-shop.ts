import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { shopAt } from '../demo/client.ts'
import { runChild } from '../processes/children.ts'
import { findServices } from '../services/find-services.ts'
import { DATABASE } from '../services/supply.ts'
import { errorCode, StartError } from '../start-error.ts'
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

const Ports = z.object({ ports: z.tuple([z.string()]) })
const Project = z.object({ services: z.object({ edge: Ports, postgres: Ports }) })

/**
 * The shop of a compose project that runs, with buyers and products of this run's own. Its database must be reachable.
 * @throws {StartError} naming what is missing
 */
export async function openComposeShop(options: ComposeShopOptions): Promise<ProofShop> {
  const { folder, buyers, units } = options
  const file = join(folder, 'compose.yaml')
  const { edge, postgres } = await portsIn(file)
  const password = (await readFile(join(folder, 'secrets', 'postgres-password'), 'utf8')).trim()
  const url = `postgres://postgres:${encodeURIComponent(password)}@${postgres}/${DATABASE}`
  const query = queryAt(() => url)
  const stopping = new AbortController()
  const shopFor = (signal: AbortSignal) => shopAt(`http://${edge}`, signal)
  const population = await populate({
    ...{ buyers, units, query, shop: shopFor(stopping.signal) },
    run: `-${Date.now().toString(36)}`,
    grantAdmin: email => grantAdmin(file, email, options.env),
  })
  return {
    ...population,
    manifests: await findServices(options.appsDir),
    parts: { services: [] },
    ...{ shopFor, query },
    close: async () => stopping.abort(),
  }
}

/** Addresses on this machine. */
async function portsIn(file: string): Promise<{ edge: string; postgres: string }> {
  const project = Project.safeParse(parse(await textOf(file)))
  if (!project.success)
    throw new StartError(
      'bad_option',
      `${file} publishes no port of the database, which the rules are checked in.`,
      'Render it anew with --database-port PORT, and start it.',
    )
  const { edge, postgres } = project.data.services
  // "127.0.0.1:8080:8080": the last is the port inside.
  const outside = ({ ports: [text] }: z.output<typeof Ports>) =>
    text.slice(0, text.lastIndexOf(':'))
  return { edge: outside(edge), postgres: outside(postgres) }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    throw new StartError(
      'bad_option',
      `${file} is not there.`,
      'Make it: npm run render -- compose --out DIR --database-port PORT',
      error,
    )
  }
}

async function grantAdmin(
  file: string,
  email: string,
  env: ComposeShopOptions['env'],
): Promise<void> {
  const inside = ['users', 'node', '/app/main.mjs', 'grant-admin', email]
  const { ending, stderr } = await runChild(
    'docker',
    ['compose', '-f', file, 'exec', '-T', ...inside],
    { env: env as Record<string, string> },
  )
  if (ending !== 0)
    throw new StartError(
      'bad_option',
      `The first admin could not be made: ${stderr.trim()}`,
      `Is the project running? docker compose -f ${file} up --wait`,
    )
}

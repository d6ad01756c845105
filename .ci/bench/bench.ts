import type { ChildProcess } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { removePostgres, startPostgres } from '../../apps/local/postgres/postgres.ts'
import { temporaryFolder } from '../../apps/local/testing/temporary-folder.ts'
import products from '../../apps/products/manifest.ts'
import { environmentOf } from '../../apps/shared/environment.ts'
import { PUBLIC_URL } from '../../apps/shared/testing/test-service.ts'
import { testIssuer } from '../../apps/shared/testing/test-issuer.ts'
import type { Answered } from './load.ts'
import { seed } from './seed.ts'
import { answersOf, type Target, yardstick } from './yardstick.ts'
import { answered, canPin, cpuMs, pinToLoad, residentMiB, run, start } from './processes.ts'

// Short ones: the speed of a shared machine changes within seconds, and a ratio compares what follows one another.
const ROUNDS = 15
const SECONDS = 1
const PORTS = { bare: 8491, products: 8492 }
const SILENT = { info: () => {}, warn: () => {}, error: () => {} }

const PATHS = {
  health: 'static JSON',
  cached: 'product, cached',
  token: 'product, cached, with a token',
  uncached: 'product, not cached',
  list: 'list of 20',
  broad: 'search that a quarter of the products answer',
  rare: 'search that one product answers',
  nohit: 'search that none answers',
}
type Path = keyof typeof PATHS

/**
 * `npm run bench [-- PATH...]`: each hot path as a ratio to a bare node:http server that sends the same bytes, headers
 * (the security headers alone cost it a fifth) and body, to the same load; in requests a second and, which a busy
 * machine disturbs less, in requests for the same CPU time of the server. PostgreSQL shares the core of the load.
 * @param wanted none: all
 */
async function main(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.filter(path => !Object.hasOwn(PATHS, path))
  if (unknown.length > 0)
    throw new Error(
      `no such path: ${unknown.join(', ')}; there are ${Object.keys(PATHS).join(', ')}`,
    )
  const folder = await temporaryFolder()
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    password: 'bench',
    log: SILENT,
  })
  pinToLoad(postgres.pid)
  const issuer = await testIssuer()
  const children: ChildProcess[] = []
  try {
    const admin = new pg.Client({ connectionString: postgres.adminUrl('postgres') })
    await admin.connect()
    const env = environmentFor(postgres.url('postgres', 'products', 'bench'), issuer.jwksUrl)
    run(['apps/products/main.ts', 'migrate'], {
      ...env,
      DATABASE_ADMIN_URL: postgres.adminUrl('postgres'),
    })
    const ids = await seed(admin)
    await admin.end()

    const started = performance.now()
    const server = start(['apps/products/main.ts'], env)
    children.push(server)
    await answered(`http://127.0.0.1:${PORTS.products}/health`)
    const startMs = performance.now() - started
    const url = `http://127.0.0.1:${PORTS.products}`
    const one = `${url}/products/${ids[0]}`
    const token = await issuer.token('buyer')
    // The key set is served by this process, which the measurements block: the token is verified now.
    await fetch(one, { headers: { authorization: `Bearer ${token}` } })
    const search = (term: string) => ({
      server,
      url: `${url}/products?limit=20&search=${encodeURIComponent(term)}`,
    })
    const loads: Record<Path, Target> = {
      health: { server, url: `${url}/health` },
      cached: { server, url: one },
      token: { server, url: one, headers: { authorization: `Bearer ${token}` } },
      uncached: { server, url, paths: ids.map(id => `/products/${id}`) },
      list: { server, url: `${url}/products?limit=20` },
      broad: search('Walnut'),
      rare: search('Walnut Desk 77772'),
      nohit: search('zzzqqq'),
    }
    const chosen = pick(loads, wanted)
    const answers = await answersOf(chosen)
    const bare = start(['.ci/bench/bare.ts', String(PORTS.bare)], {}, JSON.stringify(answers))
    children.push(bare)
    const bareUrl = `http://127.0.0.1:${PORTS.bare}`
    await answered(bareUrl)
    const rates = measure(chosen, path => yardstick(bare, bareUrl, path, chosen[path]))
    print(rates, startMs, residentMiB(server))
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await issuer.close()
    await postgres.stop()
    await removePostgres(join(folder, 'postgres'), SILENT)
    await rm(folder, { recursive: true, force: true })
  }
}

function environmentFor(url: string, jwksUrl: string): Record<string, string> {
  const { plain, secret } = environmentOf(products, {
    runtime: {
      host: '127.0.0.1',
      port: PORTS.products,
      publicUrl: PUBLIC_URL,
      version: 'bench',
      logLevel: 'info',
      corsOrigins: ['*'],
      trustedProxyHops: 1,
    },
    database: { url, poolSize: 8 },
    cache: {},
    tokens: { jwksUrl },
    callers: { token: 'x'.repeat(32) },
    calls: {},
    settings: {},
    secrets: {},
  })
  return { ...plain, ...secret }
}

const pick = (loads: Record<Path, Target>, wanted: readonly string[]): Record<string, Target> =>
  Object.fromEntries(
    Object.entries(loads).filter(([path]) => wanted.length === 0 || wanted.includes(path)),
  )

/** Of one path, a figure for each round. */
interface Figures {
  perSecond: number[]
  /** Requests in the same time, in relation to the bare server. */
  ratio: number[]
  /** Requests for the same CPU time of the server's process; NaN where that can't be read. */
  cpuRatio: number[]
}

function measure(
  loads: Record<string, Target>,
  bareFor: (path: string) => Target,
): Record<string, Figures> {
  const figures: Record<string, Figures> = {}
  for (let round = 0; round <= ROUNDS; round++)
    for (const [name, load] of Object.entries(loads)) {
      const bare = rate(bareFor(name))
      const { perSecond, perCpuMs } = rate(load)
      if (round === 0) continue // warms up
      figures[name] ??= { perSecond: [], ratio: [], cpuRatio: [] }
      figures[name].perSecond.push(perSecond)
      figures[name].ratio.push(perSecond / bare.perSecond)
      figures[name].cpuRatio.push(perCpuMs / bare.perCpuMs)
    }
  return figures
}

function rate({ server, url, headers, paths = [] }: Target): {
  perSecond: number
  perCpuMs: number
} {
  const load = JSON.stringify({ url, headers, seconds: SECONDS })
  const before = cpuMs(server)
  const output = run(['.ci/bench/load.ts', load], {}, JSON.stringify(paths))
  const usedMs = cpuMs(server) - before
  const { perSecond, failed } = JSON.parse(output) as Answered
  if (failed > 0 || perSecond === 0)
    throw new Error(`${url}: ${perSecond} answers a second, ${failed} failures`)
  return { perSecond, perCpuMs: (perSecond * SECONDS) / usedMs }
}

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

function print(
  rates: Record<string, Figures>,
  startMs: number,
  memoryMiB: number | undefined,
): void {
  const rows = Object.entries(rates).map(([path, { perSecond, ratio, cpuRatio }]) => ({
    path,
    'what is asked for': PATHS[path as Path],
    'per second': Math.round(median(perSecond)),
    'of bare node:http': Number(median(ratio).toFixed(2)),
    min: Number(Math.min(...ratio).toFixed(2)),
    max: Number(Math.max(...ratio).toFixed(2)),
    'by CPU': Number(median(cpuRatio).toFixed(2)),
  }))
  console.table(rows)
  console.log(
    `products as .ts: ${Math.round(startMs)} ms to /health, ${memoryMiB ?? '?'} MiB after the load`,
  )
  console.log(
    `medians of ${ROUNDS} rounds of ${SECONDS} s, 16 connections${canPin ? ', server on core 0, load on core 1' : ''}`,
  )
}

await main(process.argv.slice(2))

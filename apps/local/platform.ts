import { preparePostgresConsumers } from '../shared/bus/prepare-postgres-bus.ts'
import type { AnyManifest } from '../shared/manifest.ts'
import { type DataFolder, emptyDataFolder } from './data/data-folder.ts'
import { ensureDatabase } from './postgres/database.ts'
import { bundledMain, bundleServices } from './services/bundle.ts'
import { migrate } from './services/migrate.ts'
import type { Demo } from './demo/demo-file.ts'
import { type Edge, openEdge } from './edge/edge.ts'
import type { Output } from './log.ts'
import { rememberService, stopOrphanServices } from './services/orphans.ts'
import { freePorts } from '../shared/process/free-ports.ts'
import { type Postgres, startPostgres } from './postgres/postgres.ts'
import { untilReady } from './edge/readiness.ts'
import type { Target } from './edge/routing.ts'
import { openSecrets, type Secrets } from './data/secrets.ts'
import { type ServiceProcess, superviseService } from './services/service-process.ts'
import { startDemo } from './demo/start-demo.ts'
import { DATABASE, environmentFor, type LocalSettings } from './services/supply.ts'

export interface PlatformOptions {
  appsDir: string
  folder: DataFolder
  /** All services there are. */
  manifests: readonly AnyManifest[]
  /** Names of those to run. */
  run: readonly string[]
  port: number
  fresh: boolean
  /** Settings that differ from the manifests' defaults, by service. */
  settings?: LocalSettings
  /** After this time an event whose consumer died is given to another. @default 60 */
  visibilitySeconds?: number
  /** Longest pause before a service that keeps ending by itself is started again. @default 10000 */
  longestPauseMs?: number
  /** Whether to make the demo's accounts and catalogue. @default true */
  fillsDemo?: boolean
  /** PATH of the services; they inherit nothing else. */
  path: string
  output: Output
  /** Aborted when the platform is to stop: what has not begun then does not begin. */
  signal: AbortSignal
}

export interface RunningPlatform {
  url: string
  services: readonly { name: string; url: string }[]
  programs: readonly Program[]
  demo: Demo | undefined
}

/** What runs so far, in the order in which it stops. */
export interface Parts {
  edge?: Edge
  services: ServiceProcess[]
  postgres?: Postgres
}

/** A service with all that its process needs. */
export interface Program {
  name: string
  manifest: AnyManifest
  main: string
  env: Record<string, string>
  stopSeconds: number
}

/**
 * Starts everything and puts it into `parts` as it comes up, so that it can be stopped from any point.
 * @throws {StartError} naming what is in the way
 */
export async function startPlatform(
  options: PlatformOptions,
  parts: Parts,
): Promise<RunningPlatform> {
  const { folder, manifests, run, output, signal, port } = options
  const url = `http://localhost:${port}`
  const ports = await portsOf(manifests)
  const targets = manifests
    .filter(({ name }) => run.includes(name))
    .map(manifest => ({ manifest, url: `http://127.0.0.1:${ports.get(manifest.name)}` }))
  // First, so that a taken port costs no time; it answers 503 until the services are there.
  parts.edge = await openEdge({ port, publicUrl: url, targets, mailDir: folder.mail, log: output })
  await stopOrphanServices(folder.processes, output)
  if (options.fresh) await emptyDataFolder(folder, output)
  const secrets = await openSecrets(folder.secrets, manifests)
  signal.throwIfAborted()
  const bundled = bundleServices({
    ...{ appsDir: options.appsDir, outDir: folder.bundle },
    services: manifests.map(({ name }) => name),
  })
  bundled.catch(() => {}) // awaited below; until then there is more to start
  parts.postgres = await startPostgres({
    dataDir: folder.postgres,
    password: secrets.superuser,
    // A pool for each service, its bus and those who listen, twice over: a killed one's connections stay for a moment.
    settings: { max_connections: '250' },
    log: output,
  })
  await ensureDatabase(parts.postgres, DATABASE)
  await declareConsumers(manifests, parts.postgres.adminUrl(DATABASE))
  const programs = programsOf(targets, options, ports, parts.postgres, secrets)
  signal.throwIfAborted()
  const adminUrl = parts.postgres.adminUrl(DATABASE)
  await Promise.all(programs.map(program => migrate(program, options.appsDir, adminUrl, output)))
  signal.throwIfAborted()
  await bundled
  signal.throwIfAborted()
  const pauses = { ...(options.longestPauseMs && { longestPauseMs: options.longestPauseMs }) }
  for (const program of programs) {
    const onStart = (pid: number) => rememberService(folder.processes, pid, program.main)
    parts.services.push(superviseService({ ...program, ...pauses, output, onStart }))
  }
  await untilReady(parts.edge, output, signal)
  return {
    url,
    services: targets.map(({ manifest: { name }, url: direct }) => ({ name, url: direct })),
    programs,
    demo: options.fillsDemo === false ? undefined : await startDemo(options, url, programs),
  }
}

/** Of all services, not only of those that run now: what they miss today waits for them. */
async function declareConsumers(
  manifests: readonly AnyManifest[],
  adminUrl: string,
): Promise<void> {
  const consumers = manifests
    .filter(({ consumes }) => consumes.length > 0)
    .map(({ name, consumes }) => ({ consumer: name, consumes }))
  if (consumers.length > 0) await preparePostgresConsumers(adminUrl, consumers)
}

async function portsOf(manifests: readonly AnyManifest[]): Promise<Map<string, number>> {
  const ports = await freePorts(manifests.length)
  return new Map(manifests.map(({ name }, index) => [name, ports[index] as number]))
}

function programsOf(
  targets: readonly Target[],
  { folder, path, port, settings = {}, visibilitySeconds }: PlatformOptions,
  ports: ReadonlyMap<string, number>,
  postgres: Postgres,
  secrets: Secrets,
): Program[] {
  const supplies = {
    ...{ postgres, secrets, ports, settings, mailDir: folder.mail },
    publicUrl: `http://localhost:${port}`,
    ...(visibilitySeconds !== undefined && { visibilitySeconds }),
  }
  return targets.map(({ manifest }) => ({
    name: manifest.name,
    manifest,
    main: bundledMain(folder.bundle, manifest.name),
    env: {
      ...environmentFor(manifest, supplies),
      PATH: path,
      NODE_COMPILE_CACHE: folder.compileCache,
    },
    stopSeconds: manifest.stopSeconds,
  }))
}

/** Nobody new comes in, what is under way ends, and the database goes when nobody needs it any more. */
export async function stopPlatform({ edge, services, postgres }: Parts): Promise<void> {
  await edge?.close()
  await Promise.all(services.map(service => service.stop()))
  await postgres?.stop()
}

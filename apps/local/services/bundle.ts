import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import type { Plugin } from 'rolldown'
import { z } from 'zod'
import { errorCode, StartError } from '../start-error.ts'

export interface BundleOptions {
  appsDir: string
  /** Names of the services. */
  services: readonly string[]
  /** Where the bundle is kept between starts. */
  outDir: string
}

/** A service's `main.ts`, bundled. */
export const bundledMain = (outDir: string, service: string): string =>
  join(outDir, `${service}.mjs`)

/**
 * Bundles the services' `main.ts` together: a service that loads its 1,100 modules one by one takes three times as long
 * to start. What an earlier start made is kept while no file of ours has changed since.
 * @throws {StartError} naming file and line of what can't be read
 */
export async function bundleServices(options: BundleOptions): Promise<void> {
  const { outDir, services } = options
  const kept = await isCurrent(outDir)
  if (kept && services.every(name => existsSync(bundledMain(outDir, name)))) return
  await rm(outDir, { recursive: true, force: true })
  await mkdir(outDir, { recursive: true })
  await symlink(packages(), join(outDir, 'node_modules'))
  const sources = [...(await build(options)), join(packages(), INSTALLED)]
  // Last: a bundle without this list is one that was cut short.
  await writeFile(sourcesIn(outDir), JSON.stringify(await versionsOf(sources)))
}

const NODE_MODULES = `${sep}node_modules`
const PLACE = 'import.meta.dirname'

/** Loaded by few requests or starts: it costs less to leave them out. Threads (piscina) start from files of their own. */
const THREADS = 'piscina'
const LEFT_AS_PACKAGES = [
  THREADS,
  'pg-boss',
  'stripe',
  /^@aws-sdk\//,
  /^@opentelemetry\/(sdk|exporter|resources)/,
  // Which `pg` asks for and does without.
  'pg-native',
]

/** Returns the files of ours that went into it. */
async function build({ appsDir, services, outDir }: BundleOptions): Promise<string[]> {
  // Loaded here: most starts find nothing to bundle.
  const { rolldown } = await import('rolldown')
  try {
    await using bundle = await rolldown({
      input: Object.fromEntries(services.map(name => [name, join(appsDir, name, 'main.ts')])),
      platform: 'node',
      external: LEFT_AS_PACKAGES,
      logLevel: 'silent',
      plugins: [keepPlaces(appsDir)],
    })
    const { output } = await bundle.write({
      dir: outDir,
      format: 'esm',
      sourcemap: true,
      sourcemapExcludeSources: true,
      entryFileNames: '[name].mjs',
      chunkFileNames: '[name]-[hash].mjs',
    })
    const files = output.flatMap(part => (part.type === 'chunk' ? part.moduleIds : []))
    return files.filter(file => file.startsWith(appsDir + sep))
  } catch (error) {
    throw new StartError(
      'bundle_failed',
      `The services can't be bundled:\n${error instanceof Error ? error.message : String(error)}`,
      'Repair the file and start again.',
      error,
    )
  }
}

/** Migrations and threads are read from where they are written. */
const keepPlaces = (appsDir: string): Plugin => ({
  name: 'keep-places',
  transform: {
    filter: { id: { include: `${appsDir}/**/*.ts` }, code: PLACE },
    handler: (code, file) => code.replaceAll(PLACE, JSON.stringify(dirname(file))),
  },
})

/** The folder of packages, which a bundle somewhere else would not find. */
function packages(): string {
  const file = createRequire(import.meta.url).resolve(THREADS)
  return file.slice(0, file.lastIndexOf(NODE_MODULES) + NODE_MODULES.length)
}

const sourcesIn = (outDir: string): string => join(outDir, 'sources.json')

/** npm's own list of what it installed: anew whenever it installs. */
const INSTALLED = '.package-lock.json'

/** Of each file its size and when it was written. */
const Versions = z.record(z.string(), z.string())

async function isCurrent(outDir: string): Promise<boolean> {
  try {
    const noted = Versions.parse(JSON.parse(await readFile(sourcesIn(outDir), 'utf8')))
    const present = await versionsOf(Object.keys(noted))
    return Object.entries(noted).every(([file, version]) => present[file] === version)
  } catch (error) {
    // There is none, a file of it has gone, or its list was cut short.
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return false
    throw error
  }
}

async function versionsOf(files: readonly string[]): Promise<z.infer<typeof Versions>> {
  const versions = files.map(async file => {
    const { size, mtimeMs } = await stat(file)
    return [file, `${size} ${mtimeMs}`] as const
  })
  return Object.fromEntries(await Promise.all(versions))
}

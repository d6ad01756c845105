import { cp, mkdir, readdir, rm } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { type OutputChunk, type Plugin, rolldown } from 'rolldown'
import { copyPackage } from './copy-package.ts'
import { packageOf } from './package-of.ts'

export interface BundleOptions {
  /** The folder of all services. */
  appsDir: string
  service: string
  /** Where the bundle goes; what was there is replaced. */
  outDir: string
}

/** Starts threads from files of its own. */
const KEPT_AS_PACKAGES = ['piscina']
/** Chunks that `warm.ts` loads by name. */
const WARMED = new Set(['migrate-service', 'serve-app', 'start'])
/** `pg` asks for it and does without. */
const NOT_INSTALLED = ['pg-native']

/**
 * A service as its image holds it: `main.mjs` with its chunks in place of a thousand modules, `serve-app.mjs` and
 * `start.mjs` with all that serving needs, a file for each of its threads (`*-worker.ts`), its migrations, and the
 * packages that can't be bundled.
 * Names of functions and classes are kept, for stack traces.
 * @returns folders of the packages that are in it
 * @throws Error of rolldown, naming file and line
 */
export async function bundleService({
  appsDir,
  service,
  outDir,
}: BundleOptions): Promise<string[]> {
  const source = join(appsDir, service)
  const workers = (await readdir(source)).filter(file => file.endsWith('-worker.ts'))
  await using bundle = await rolldown({
    input: ['main.ts', ...workers].map(file => join(source, file)),
    platform: 'node',
    external: [...KEPT_AS_PACKAGES, ...NOT_INSTALLED],
    plugins: [nameWorkers(source), leanBuiltins],
    logLevel: 'silent', // of optional packages that are not installed; `packagesOf` looks at those
  })
  await rm(outDir, { recursive: true, force: true })
  await mkdir(outDir, { recursive: true })
  const { output } = await bundle.write({
    dir: outDir,
    format: 'esm',
    minify: {
      mangle: { keepNames: true },
      compress: { keepNames: { function: true, class: true } },
    },
    entryFileNames: '[name].mjs',
    chunkFileNames: ({ name }) => (WARMED.has(name) ? '[name].mjs' : '[name]-[hash].mjs'),
  })
  await cp(join(source, 'migrations'), join(outDir, 'migrations'), { recursive: true })
  const chunks = output.filter(part => part.type === 'chunk')
  const copied = packagesOf(chunks).map(name => copyPackage(name, appsDir, outDir))
  const bundled = chunks.flatMap(({ moduleIds }) => moduleIds.map(packageOf))
  return [...new Set([...(await Promise.all(copied)), ...bundled])]
    .filter(folder => folder !== undefined)
    .sort()
}

const BUILTIN = '\0builtin:'

/**
 * Node's own modules with the exports that are used, and no others. An `import` of one makes node read every export, and
 * some load much when they are read: `WebSocket` of node:http, 40 ms and 14 MB.
 */
const leanBuiltins: Plugin = {
  name: 'lean-builtins',
  resolveId: (id, _, { kind }) =>
    kind === 'import-statement' && isBuiltin(id)
      ? { id: BUILTIN + id, moduleSideEffects: false }
      : undefined,
  load: id => {
    if (!id.startsWith(BUILTIN)) return undefined
    const name = id.slice(BUILTIN.length)
    const keys = Object.keys(process.getBuiltinModule(name) ?? {}).filter(key => key !== 'default')
    return [
      `const builtin = process.getBuiltinModule(${JSON.stringify(name)})`,
      'const read = key => builtin[key]',
      'export default builtin',
      ...keys.map((key, n) => `const export${n} = /* @__PURE__ */ read('${key}')`),
      `export { ${keys.map((key, n) => `export${n} as ${key}`).join(', ')} }`,
    ].join('\n')
  },
}

/** A thread's file is named like this in the bundle. */
const nameWorkers = (source: string): Plugin => ({
  name: 'name-workers',
  transform: {
    filter: { id: { include: `${source}/*.ts` }, code: '-worker.ts' },
    handler: code => code.replaceAll(/-worker\.ts(?=['"`])/g, '-worker.mjs'),
  },
})

/**
 * Of those that stay packages, the ones that are used. What else is not bundled is not installed: only what asks for it
 * while it runs, and does without, may do so.
 */
function packagesOf(chunks: readonly OutputChunk[]): string[] {
  const inside = new Set(chunks.map(({ fileName }) => fileName))
  const outside = (names: readonly string[]) =>
    names.filter(name => !inside.has(name) && !isBuiltin(name))
  const needed = chunks.flatMap(({ imports }) => outside(imports))
  const missing = needed.filter(name => !KEPT_AS_PACKAGES.includes(name))
  if (missing.length > 0) throw new Error(`imported but not installed: ${missing.join(', ')}`)
  const asked = new Set([...needed, ...chunks.flatMap(chunk => outside(chunk.dynamicImports))])
  return KEPT_AS_PACKAGES.filter(name => asked.has(name))
}

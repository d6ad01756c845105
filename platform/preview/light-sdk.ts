import { createRequire, enableCompileCache, Module } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)
const sdk = createRequire(require.resolve('@pulumi/pulumi/package.json'))

/**
 * Makes the SDK load faster, for the whole process; call it before anything loads the SDK. Compiled code is kept from one run
 * to the next, and what only serialised functions need is loaded when there is one.
 */
export function lightenSdk(root: string): void {
  // Says by its result that the folder can't be written: then each run compiles.
  enableCompileCache(join(root, 'node_modules', '.cache', 'preview'))
  for (const id of ONLY_FOR_FUNCTIONS) loadOnUse(id)
}

/** What the SDK needs to serialise functions: npm's dependency tree and TypeScript. */
const ONLY_FOR_FUNCTIONS = ['@npmcli/arborist', './typescript-shim.js']

type Exports = Record<string | symbol, unknown>

/** Puts something in the place of a module that loads it when one of its exports is asked for. */
function loadOnUse(id: string): void {
  const file = sdk.resolve(id)
  if (sdk.cache[file]) return
  const standIn = Object.assign(new Module(file), { filename: file, loaded: true })
  const load = (): Exports => {
    if (sdk.cache[file] === standIn) delete sdk.cache[file]
    return sdk(id) as Exports
  }
  standIn.exports = new Proxy(
    {},
    // An ES module is handed on as it is; of another one TypeScript's helper would copy all exports at once.
    { get: (_, name) => name === '__esModule' || load()[name] },
  )
  sdk.cache[file] = standIn
}

interface Debuggable {
  debuggablePromise: (promise: unknown, context: unknown) => unknown
}

let withTrace: Debuggable['debuggablePromise'] | undefined

/**
 * The SDK writes a stack trace to each of thousands of promises, in case one never ends: a sixth of a preview's time.
 * Leaves them out, for the whole process.
 */
export function skipPromiseTraces(): void {
  const debuggable = sdk('./runtime/debuggable.js') as Debuggable
  const usual = (withTrace ??= debuggable.debuggablePromise)
  debuggable.debuggablePromise = (promise, context) => {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    try {
      return usual(promise, context)
    } finally {
      Error.stackTraceLimit = limit
    }
  }
}

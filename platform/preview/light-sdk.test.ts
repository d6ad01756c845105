import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { skipPromiseTraces } from './light-sdk.ts'
import { placeOf } from './program-error.ts'

interface Debuggable {
  debuggablePromise: (promise: Promise<unknown>, context: string) => Promise<unknown>
}
const require = createRequire(import.meta.url)
const debuggable = require('@pulumi/pulumi/runtime/debuggable.js') as Debuggable
const before = debuggable.debuggablePromise
afterEach(() => {
  debuggable.debuggablePromise = before
})

/** As the SDK has it, whoever has changed it in this process. */
function untouched(): Debuggable['debuggablePromise'] {
  const file = require.resolve('@pulumi/pulumi/runtime/debuggable.js')
  const loaded = require.cache[file]
  delete require.cache[file]
  const fresh = require(file) as Debuggable
  require.cache[file] = loaded
  return fresh.debuggablePromise
}

test("the SDK's traces of promises are not written, every other stack is", async () => {
  const traceOf = async () => {
    const promise = Promise.resolve(1)
    expect(await debuggable.debuggablePromise(promise, 'a test')).toBe(1)
    return (promise as { _debugStackTrace?: string })._debugStackTrace
  }
  debuggable.debuggablePromise = untouched()
  expect(await traceOf()).toMatch(/\n {4}at /)
  skipPromiseTraces()
  expect(await traceOf()).toMatch(/^Error:? ?$/)
  const error = new TypeError('wrong')
  expect(error.stack).toMatch(/^TypeError: wrong\n {4}at .*light-sdk\.test\.ts:\d+:\d+/)
  // This file is a test: where it stands, errors have a place.
  expect(placeOf(error, import.meta.dirname)).toMatch(/^light-sdk\.test\.ts:\d+:\d+$/)
})

test('what only functions need is loaded once one is serialised, and code is kept', () => {
  const root = mkdtempSync(join(tmpdir(), 'light-sdk-'))
  try {
    const script = `
      import { createRequire } from 'node:module'
      import { lightenSdk } from ${JSON.stringify(join(import.meta.dirname, 'light-sdk.ts'))}
      lightenSdk(${JSON.stringify(root)})
      const { runtime } = await import('@pulumi/pulumi')
      const { cache } = createRequire(import.meta.url)
      const heavy = () => Object.keys(cache).filter(file => /typescript\\.js$|arborist.index\\.js$/.test(file)).length
      const before = heavy()
      const three = 3
      const { text } = await runtime.serializeFunction(() => three)
      console.log(JSON.stringify({ before, after: heavy(), text }))`
    const out = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const { before, after, text } = JSON.parse(out) as Record<string, unknown>
    expect(before).toBe(0)
    expect(after).toBeGreaterThan(0)
    expect(text).toContain('three: 3')
    expect(readdirSync(join(root, 'node_modules', '.cache', 'preview'))).not.toEqual([])
  } finally {
    rmSync(root, { recursive: true })
  }
})

import { afterEach, expect, test } from 'vitest'
import { placeOf } from './program-error.ts'
import { skipPromiseTraces } from './promise-traces.ts'

const usual = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
afterEach(() => {
  delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace
  if (usual) Object.defineProperty(Error, 'prepareStackTrace', usual)
})

test("the SDK's traces of promises are not written, every other stack is", () => {
  skipPromiseTraces()
  const debuggablePromise = () => new Error('a promise').stack
  expect(debuggablePromise()).toBe('')
  const error = new TypeError('wrong')
  expect(error.stack).toMatch(/^TypeError: wrong\n {4}at .*promise-traces\.test\.ts:\d+:\d+/)
  // This file is a test: where it stands, errors have a place.
  expect(placeOf(error, import.meta.dirname)).toMatch(/^promise-traces\.test\.ts:\d+:\d+$/)
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { giveBackMemory } from './give-back-memory.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('what starting left behind is given back once, after the first health checks', () => {
  const gc = vi.fn<NodeJS.GCFunction>()
  giveBackMemory(gc)
  vi.advanceTimersByTime(900)
  expect(gc).not.toHaveBeenCalled()
  vi.advanceTimersByTime(3_600_000)
  expect(gc.mock.calls).toEqual([[{ type: 'major', execution: 'sync', flavor: 'last-resort' }]])
})

test('without --expose-gc nothing is planned', () => {
  giveBackMemory(undefined)
  expect(vi.getTimerCount()).toBe(0)
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { giveBackMemory } from './give-back-memory.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('what starting left behind is given back once, after the first health checks', () => {
  const asked: unknown[] = []
  giveBackMemory(((options: unknown) => void asked.push(options)) as NodeJS.GCFunction)
  vi.advanceTimersByTime(900)
  expect(asked).toEqual([])
  vi.advanceTimersByTime(3_600_000)
  expect(asked).toEqual([{ type: 'major', execution: 'sync', flavor: 'last-resort' }])
})

test('without --expose-gc nothing is planned', () => {
  giveBackMemory(undefined)
  expect(vi.getTimerCount()).toBe(0)
})

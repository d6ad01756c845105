import { pino } from 'pino'
import { expect, onTestFinished, test, vi } from 'vitest'
import { maintainKeys } from './maintain-keys.ts'

/** Starts it on keys of which reading fails as often as it says. */
function maintained(failures: number, everyMs?: number) {
  let left = failures
  const maintain = vi.fn(async () => {
    if (left-- > 0) throw new Error('the database is not available')
  })
  const closers: (() => unknown)[] = []
  const checks: (() => Promise<void>)[] = []
  const kit = {
    log: pino({ level: 'silent' }),
    onClose: (_: string, close: () => unknown) => void closers.push(close),
    readyWhen: (_: string, check: () => Promise<void>) => void checks.push(check),
  }
  maintainKeys(kit, { maintain }, everyMs)
  const stop = () => Promise.all(closers.map(close => close()))
  onTestFinished(async () => void (await stop()))
  return { maintain, stop, ready: () => Promise.all(checks.map(check => check())) }
}

test('the keys are read at once, though nobody asks whether the service is ready', async () => {
  const { maintain } = maintained(0)
  await vi.waitFor(() => expect(maintain).toHaveBeenCalledTimes(1))
})

test('a database that was down at the start is asked again within seconds, not in a minute', async () => {
  const { maintain } = maintained(3)
  await vi.waitFor(() => expect(maintain).toHaveBeenCalledTimes(4), 15_000)
})

test('the keys are read again and again, until the service stops', async () => {
  const { maintain, stop } = maintained(0, 20)
  await vi.waitFor(() => expect(maintain.mock.calls.length).toBeGreaterThan(3))
  await stop()
  const { length } = maintain.mock.calls
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(maintain).toHaveBeenCalledTimes(length)
})

test('a service without keys is not ready, and becomes so by being asked', async () => {
  const { maintain, ready } = maintained(2)
  await expect(ready()).rejects.toThrow('the database is not available')
  await ready()
  const { length } = maintain.mock.calls
  await ready()
  expect(maintain).toHaveBeenCalledTimes(length)
})

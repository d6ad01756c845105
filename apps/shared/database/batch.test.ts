import { expect, test, vi } from 'vitest'
import { batched, sharedInTurn } from './batch.ts'

const upper = () =>
  vi.fn(async (keys: readonly string[]) => new Map(keys.map(key => [key, key.toUpperCase()])))

test('keys that are asked for in one turn of the event loop are loaded together, each once', async () => {
  const load = upper()
  const get = batched(load)
  expect(await Promise.all([get('a'), get('b'), get('a')])).toEqual(['A', 'B', 'A'])
  expect(load.mock.calls).toEqual([[['a', 'b']]])
})

test('a key that is asked for while a load is under way is loaded anew', async () => {
  const load = upper()
  const get = batched(load)
  const first = get('a')
  await vi.waitFor(() => expect(load).toHaveBeenCalledTimes(1))
  await Promise.all([first, get('a')])
  expect(load.mock.calls).toEqual([[['a']], [['a']]])
})

test('what the load does not find is undefined', async () => {
  const get = batched(async () => new Map([['a', 1]]))
  expect(await Promise.all([get('a'), get('b')])).toEqual([1, undefined])
})

test('a load that fails fails for all who share it, and the next one tries again', async () => {
  const load = upper().mockRejectedValueOnce(new Error('no database'))
  const get = batched(load)
  const results = await Promise.allSettled([get('a'), get('b')])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await get('a')).toBe('A')
})

test('who asks for the same in one turn shares a load that begins after the last has asked', async () => {
  const share = sharedInTurn<number>()
  let stored = 1
  const load = vi.fn(async () => stored)
  const first = share('a', load)
  stored = 2
  expect(await Promise.all([first, share('a', load), share('b', load)])).toEqual([2, 2, 2])
  expect(load).toHaveBeenCalledTimes(2)
})

test('who asks while a load is under way has one of his own', async () => {
  const share = sharedInTurn<number>()
  let loads = 0
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const load = async () => {
    const mine = ++loads
    if (mine === 1) await held
    return mine
  }
  const first = share('a', load)
  await vi.waitFor(() => expect(loads).toBe(1))
  expect(await share('a', load)).toBe(2)
  release()
  expect(await first).toBe(1)
})

test('a shared load that fails fails for all who share it, and the next one tries again', async () => {
  const share = sharedInTurn<number>()
  const failing = () => Promise.reject(new Error('no database'))
  const results = await Promise.allSettled([share('a', failing), share('a', failing)])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await share('a', async () => 1)).toBe(1)
})

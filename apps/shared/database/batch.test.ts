import { expect, test, vi } from 'vitest'
import { batched } from './batch.ts'

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

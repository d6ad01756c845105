import { expect, test } from 'vitest'
import { readProveOptions } from './prove-options.ts'

test('without options the proof has its usual size, and a seed of its own', () => {
  expect(readProveOptions(['checkout'], 42)).toEqual({
    buyers: 200,
    units: 50,
    seconds: 60,
    kills: 40,
    seed: 42,
  })
})

test('a seed that is given replays a run', () => {
  expect(readProveOptions(['checkout', '--seed', '7', '--kills', '0'], 42)).toMatchObject({
    seed: 7,
    kills: 0,
  })
})

test.for([
  [[], 'Say what to prove.'],
  [['shipping'], 'There is no proof named "shipping"; there is: checkout.'],
  [['checkout', '--buyers', '0'], '--buyers 0 must be a whole number from 1 to 2000.'],
  [['checkout', '--units', 'many'], '--units many must be a whole number from 1 to 10000.'],
  [['checkout', '--speed', '1'], "Unknown option '--speed'"],
] as const)('%j is refused with what is allowed', ([args, message]) => {
  expect(() => readProveOptions(args, 1)).toThrow(message)
  expect(() => readProveOptions(args, 1)).toThrow('Usage: npm run prove -- checkout')
})

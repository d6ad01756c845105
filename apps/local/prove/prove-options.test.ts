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

test('against a compose project the proof is small, and kills nothing', () => {
  expect(readProveOptions(['checkout', '--compose', 'here', '--units', '5'], 42)).toEqual({
    ...{ buyers: 20, units: 5, seconds: 15, kills: 0, seed: 42, compose: 'here' },
  })
})

test.for([
  [[], 'Say what to prove.'],
  [['checkout', '--compose', 'here', '--kills', '1'], '--kills does not go with --compose'],
  [['checkout', '--compose', ''], '--compose is empty; name the folder of a compose project.'],
  [['shipping'], 'There is no proof named "shipping"; there is: checkout.'],
  [['checkout', '--buyers', '0'], '--buyers 0 must be a whole number from 1 to 2000.'],
  [['checkout', '--units', 'many'], '--units many must be a whole number from 1 to 10000.'],
  [['checkout', '--speed', '1'], "Unknown option '--speed'"],
] as const)('%j is refused with what is allowed', ([args, message]) => {
  expect(() => readProveOptions(args, 1)).toThrow(message)
  expect(() => readProveOptions(args, 1)).toThrow('Usage: npm run prove -- checkout')
})

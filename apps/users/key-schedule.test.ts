import { expect, test } from 'vitest'
import { nextKeyFrom, noticeMs, retired, signerOf } from './key-schedule.ts'

const MINUTE = 60_000
const DAY = 1440 * MINUTE
const NOW = Date.UTC(2026, 0, 1)
type Algorithm = 'EdDSA' | 'RS256'

/** A key that has signed for so long; a negative age: that will. */
const key = (ageMs: number, alg: Algorithm = 'EdDSA') => ({
  signsFrom: new Date(NOW - ageMs),
  publicJwk: { alg },
})
const next = (keys: ReturnType<typeof key>[], algorithm: Algorithm) => {
  const from = nextKeyFrom(keys, { algorithm, maxAgeDays: 30 }, NOW)
  return from && (from.getTime() - NOW) / MINUTE
}

test.for([
  ['the first key signs at once', [], 'EdDSA', 0],
  ['the first RSA key too', [], 'RS256', 0],
  ['a key of 30 days goes on', [key(30 * DAY)], 'EdDSA', undefined],
  ['an older one is followed in 15 minutes', [key(30 * DAY + 1)], 'EdDSA', 15],
  ['one that follows already is enough', [key(31 * DAY), key(-1)], 'EdDSA', undefined],
  ['another algorithm follows in 15 minutes', [key(DAY)], 'RS256', 15],
  ['and back', [key(DAY, 'RS256')], 'EdDSA', 15],
  ['a key that is yet to sign is waited for', [key(DAY), key(-1, 'RS256')], 'EdDSA', undefined],
  ['and replaced once it signs', [key(DAY), key(0, 'RS256')], 'EdDSA', 15],
  [
    'gateways hear of the next RSA key for more than two hours',
    [key(31 * DAY, 'RS256')],
    'RS256',
    135,
  ],
] as const)('%s', ([, keys, algorithm, minutes]) => {
  expect(next([...keys], algorithm)).toBe(minutes)
})

test('a command gives the notice that the schedule gives', () => {
  expect(noticeMs([key(0)], 'EdDSA')).toBe(15 * MINUTE)
  expect(noticeMs([key(0, 'RS256')], 'RS256')).toBe(135 * MINUTE)
})

test('the newest key that may sign does', () => {
  const [old, current, coming] = [key(DAY), key(0), key(-1)]
  expect(signerOf([old, current, coming], NOW)).toBe(current)
  expect(signerOf([coming], NOW)).toBeUndefined()
})

test('a key is retired when its successor has signed for longer than a token lives', () => {
  const old = key(DAY)
  expect(retired([old, key(31 * MINUTE)], NOW)).toEqual([])
  expect(retired([old, key(31 * MINUTE + 1)], NOW)).toEqual([old])
  expect(retired([key(31 * MINUTE)], NOW)).toEqual([])
})

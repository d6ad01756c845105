import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromCents, MAX_CENTS, Money, toCents } from './money.ts'

test('every amount of cents survives the way over the wire and back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: MAX_CENTS }), cents => {
      const received: unknown = JSON.parse(JSON.stringify(fromCents(cents)))
      expect(toCents(Money.parse(received))).toBe(cents)
    }),
    { numRuns: 5000 },
  )
})

test('a decimal with two places is taken as it was written', () => {
  const amount = fc.tuple(fc.nat(9_999_999), fc.nat(99))
  fc.assert(
    fc.property(amount, ([whole, cents]) => {
      const text = `${whole}.${String(cents).padStart(2, '0')}`
      expect(toCents(Money.parse(JSON.parse(text)))).toBe(whole * 100 + cents)
    }),
  )
})

test('an amount with more than two decimal places is refused', () => {
  const thousandths = fc.integer({ min: 1, max: MAX_CENTS * 10 }).filter(value => value % 10 !== 0)
  fc.assert(
    fc.property(thousandths, value => {
      expect(Money.safeParse(value / 1000).success).toBe(false)
    }),
  )
})

test.for([
  [-1, '-1'],
  [-0.01, '-0.01'],
  [0.001, '0.001'],
  [0.1 + 0.2, '0.30000000000000004'],
  [1e30, '1e+30'],
  [1e21, '1e+21'],
  [10_000_000, '10000000'],
  [Number.NaN, 'null'],
  [Number.POSITIVE_INFINITY, 'null'],
  ['9.99', '"9.99"'],
  [null, 'null'],
  [[1], '[1]'],
] as const)('%s is no price, and the message says what is allowed', ([given, shown]) => {
  const [issue] = Money.safeParse(given).error?.issues ?? []
  expect(issue?.message).toBe(
    `must be a number from 0 to 9999999.99 with at most 2 decimal places; given ${shown}`,
  )
})

test('a price that is missing is required, and a long one is not quoted whole', () => {
  const messageOf = (given: unknown) => Money.safeParse(given).error?.issues[0]?.message
  expect(messageOf(undefined)).toBe('is required')
  expect(messageOf('9'.repeat(1000))?.length).toBeLessThan(150)
})

test('free and the largest price are prices, and minus zero is zero cents', () => {
  expect(toCents(Money.parse(0))).toBe(0)
  expect(toCents(Money.parse(9_999_999.99))).toBe(MAX_CENTS)
  expect(Object.is(toCents(Money.parse(JSON.parse('-0'))), 0)).toBe(true)
})

import { expect, test } from 'vitest'
import { fromStripeAmount, toStripeAmount } from './stripe-amounts.ts'

test.each([
  ['USD', 1999, 1999],
  ['EUR', 1, 1],
  ['JPY', 50_000, 500],
  ['KWD', 1234, 12_340],
  ['ISK', 500, 500],
])('%s: %i hundredths of its unit are %i of Stripe and back', (currency, cents, amount) => {
  expect(toStripeAmount(cents, currency)).toBe(amount)
  expect(fromStripeAmount(amount, currency)).toBe(cents)
})

test('a part of a yen is refused, not rounded', () => {
  expect(() => toStripeAmount(50_050, 'JPY')).toThrow('500.5 JPY is no whole number of JPY')
})

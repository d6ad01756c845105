import fc from 'fast-check'
import { expect, test } from 'vitest'
import { brandOf, isCardNumber } from './card-number.ts'

// Published test numbers of the networks and of Stripe.
test.each([
  ['visa', '4242424242424242'],
  ['visa', '4000056655665556'],
  ['mastercard', '5555555555554444'],
  ['mastercard', '2223003122003222'],
  ['amex', '378282246310005'],
  ['discover', '6011111111111117'],
  ['diners', '3056930009020004'],
  ['jcb', '3566002020360505'],
  ['unionpay', '6200000000000005'],
  ['unknown', '9999999999999995'],
])('knows a %s card by its number', (brand, number) => {
  expect([brandOf(number), isCardNumber(number)]).toEqual([brand, true])
})

test.each([
  ['a wrong check digit', '4242424242424241'],
  ['digits too few for its brand', '42424242424248'],
  ['letters', '42424242424242x2'],
  ['spaces', '4242 4242 4242 4242'],
  ['digits of another script', '٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢'],
  ['nothing', ''],
])('%s is no card number', (_, number) => {
  expect(isCardNumber(number)).toBe(false)
})

test('no number stays good when one digit is wrong or two neighbours that differ by less than 9 change places', () => {
  const good = fc.stringMatching(/^4\d{14}$/).map(
    start =>
      '0123456789'
        .split('')
        .map(digit => start + digit)
        .find(isCardNumber) ?? '',
  )
  fc.assert(
    fc.property(good, fc.nat(15), fc.integer({ min: 1, max: 9 }), (number, at, by) => {
      const digits = number.split('').map(Number)
      const wrong = digits.with(at, ((digits[at] ?? 0) + by) % 10).join('')
      // Another first digit is another brand, which may have another check.
      if (at > 0) expect(isCardNumber(wrong)).toBe(false)
      const [a = 0, b = 0] = digits.slice(at)
      if (at === 0 || at === 15 || a === b || Math.abs(a - b) === 9) return
      expect(
        isCardNumber(
          digits
            .with(at, b)
            .with(at + 1, a)
            .join(''),
        ),
      ).toBe(false)
    }),
  )
})

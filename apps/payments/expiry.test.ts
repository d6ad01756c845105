import { expect, test } from 'vitest'
import { expiryText, isExpired, parseExpiry } from './expiry.ts'

test.each([
  ['04/31', 4, 2031],
  ['12/2029', 12, 2029],
])('%s is month %i of %i', (text, month, year) => {
  expect(parseExpiry(text)).toEqual({ month, year })
  expect(parseExpiry(expiryText({ month, year }))).toEqual({ month, year })
})

test.each(['04/31', '12/40', '01/05'])('%s is said as it came', text => {
  expect(expiryText(parseExpiry(text)!)).toBe(text)
})

test('a year of four digits is said in two', () => {
  expect(expiryText(parseExpiry('12/2040')!)).toBe('12/40')
})

test.each(['13/30', '00/30', '4/31', '04-31', '04/1931', '04/31 ', '2031/04', ''])(
  '"%s" is no expiry date',
  text => expect(parseExpiry(text)).toBeUndefined(),
)

test.each([
  ['2031-04-01T00:00:00Z', false],
  ['2031-05-01T11:59:59Z', false],
  ['2031-05-01T12:00:00Z', true],
  ['2032-01-01T00:00:00Z', true],
])('a card of April 2031 at %s: expired %s', (now, expired) => {
  expect(isExpired({ month: 4, year: 2031 }, new Date(now))).toBe(expired)
})

/** What a card number begins with says whose it is. Sources: ISO/IEC 7812 and the card networks' published ranges. */
const BRANDS: readonly (readonly [brand: string, begins: RegExp, digits: readonly number[]])[] = [
  ['amex', /^3[47]/, [15]],
  ['diners', /^3(0[0-5]|[689])/, [14, 16, 17, 18, 19]],
  ['jcb', /^35(2[89]|[3-8])/, [16, 17, 18, 19]],
  ['mastercard', /^(5[1-5]|2(22[1-9]|2[3-9]|[3-6]|7[01]|720))/, [16]],
  ['discover', /^6(011|4[4-9]|5)/, [16, 17, 18, 19]],
  ['unionpay', /^62/, [16, 17, 18, 19]],
  ['visa', /^4/, [13, 16, 19]],
]

/** Of a number without spaces. `unknown`: a network that is not in the list, whose cards may be good all the same. */
export const brandOf = (number: string): string => found(number)?.[0] ?? 'unknown'

const found = (number: string) => BRANDS.find(([, begins]) => begins.test(number))

/** Whether it can be the number of a card: digits alone, as many as its brand has, and the check digit is right. */
export function isCardNumber(number: string): boolean {
  if (!/^\d{12,19}$/.test(number)) return false
  const digits = found(number)?.[2]
  return (digits === undefined || digits.includes(number.length)) && passesLuhn(number)
}

/** ISO/IEC 7812-1, annex B: every second digit from the right is doubled, and the sum of all is a multiple of ten. */
function passesLuhn(number: string): boolean {
  let sum = 0
  let doubled = false
  for (let index = number.length - 1; index >= 0; index--, doubled = !doubled) {
    const digit = Number(number[index]) * (doubled ? 2 : 1)
    sum += digit > 9 ? digit - 9 : digit
  }
  return sum % 10 === 0
}

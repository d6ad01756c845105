/** Source: Stripe's documentation, "Supported currencies". ISK and UGX count as having two decimals there. */
const NO_DECIMALS = new Set(
  'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '),
)
const THREE_DECIMALS = new Set('BHD JOD KWD OMR TND'.split(' '))

const perCent = (currency: string): number => {
  if (NO_DECIMALS.has(currency)) return 1 / 100
  return THREE_DECIMALS.has(currency) ? 10 : 1
}

/**
 * Hundredths of a currency's unit, which is what we reckon in, as Stripe's smallest units.
 * @throws RangeError for a part of a yen
 */
export function toStripeAmount(amountCents: number, currency: string): number {
  const amount = amountCents * perCent(currency)
  if (Number.isInteger(amount)) return amount
  throw new RangeError(`${amountCents / 100} ${currency} is no whole number of ${currency}`)
}

export const fromStripeAmount = (amount: number, currency: string): number =>
  Math.round(amount / perCent(currency))

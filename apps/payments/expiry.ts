export interface Expiry {
  month: number
  year: number
}

const EXPIRY = /^(0[1-9]|1[0-2])\/(?:20)?(\d{2})$/

/** `04/31` or `04/2031`; undefined for anything else. */
export function parseExpiry(text: string): Expiry | undefined {
  const [, month, year] = EXPIRY.exec(text) ?? []
  return month === undefined ? undefined : { month: Number(month), year: 2000 + Number(year) }
}

export const expiryText = ({ month, year }: Expiry): string =>
  `${String(month).padStart(2, '0')}/${year}`

/** A card is good until its month has ended everywhere on earth: twelve hours after it has in UTC. */
export const isExpired = ({ month, year }: Expiry, now: Date): boolean =>
  now.getTime() >= Date.UTC(year, month) + 12 * 3_600_000

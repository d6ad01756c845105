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

/** `04/31`, as most clients send it; every card ends in this century. */
export const expiryText = ({ month, year }: Expiry): string =>
  [month, year % 100].map(number => String(number).padStart(2, '0')).join('/')

/** A card is good until its month has ended everywhere on earth: twelve hours after it has in UTC. */
export const isExpired = ({ month, year }: Expiry, now: Date): boolean =>
  now.getTime() >= Date.UTC(year, month) + 12 * 3_600_000

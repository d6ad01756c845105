import { z } from 'zod'

/** Largest price: 9,999,999.99. Cents of 100 lines of 1000 pieces still fit a safe integer. */
export const MAX_CENTS = 999_999_999

const allowed = `must be a number from 0 to ${MAX_CENTS / 100} with at most 2 decimal places`

/**
 * Whether a number has at most two decimals. Numbers that JSON wrote with two decimals are the closest doubles to
 * them, so the nearest cent divided by 100 gives the very same double back.
 */
const isWholeCents = (value: number): boolean => Math.round(value * 100) / 100 === value

/** A decimal amount on the wire: 19.99, not "19.99" and not 19.999. */
export const Money = z
  .number({
    error: issue =>
      issue.input === undefined ? 'is required' : `${allowed}; given ${shown(issue.input)}`,
  })
  .refine(value => value >= 0 && value * 100 <= MAX_CENTS + 0.5 && isWholeCents(value), {
    error: issue => `${allowed}; given ${shown(issue.input)}`,
  })
  .meta({
    minimum: 0,
    maximum: MAX_CENTS / 100,
    // Not `multipleOf`: 19.99 / 0.01 is no whole number in binary, so validators would refuse it.
    description: 'At most 2 decimal places',
    examples: [19.99],
  })

const shown = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 40)

// `+ 0` turns minus zero, which JSON can hold, into zero.
export const toCents = (amount: number): number => Math.round(amount * 100) + 0
export const fromCents = (cents: number): number => cents / 100

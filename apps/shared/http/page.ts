import { z } from 'zod'
import { invalid } from './errors.ts'

const wholeNumber = (min: number, max: number, fallback: number) => {
  const error = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,9}$/, error)
    .transform(Number)
    .pipe(z.number().min(min, error).max(max, error))
    .default(fallback)
    .meta({ type: 'integer', minimum: min, maximum: max, default: fallback })
}

const NOT_A_CURSOR = 'is not a cursor of this list; take it from the Link header of the page before'

/** Items that a page has at most. */
export const MAX_LIMIT = 100

/** Query parameters of every list. `after` is the cursor that a `Link: rel="next"` header holds. */
export const PageQuery = z.object({
  skip: wholeNumber(0, 100_000, 0),
  limit: wholeNumber(1, MAX_LIMIT, MAX_LIMIT),
  // What no list can have made is refused here, beside all else that is wrong with the query.
  after: z
    .string()
    .max(2000, { abort: true })
    .refine(text => Array.isArray(parsed(text)), NOT_A_CURSOR)
    .optional()
    .describe('Cursor from the Link header of the page before'),
})

/** A point in time in a cursor. PostgreSQL knows no year 0. */
export const Instant = z.iso.datetime().refine(text => !text.startsWith('0000'))

export interface Page<T> {
  items: T[]
  /** Where the next page starts; undefined on the last. */
  next: unknown[] | undefined
}

export const encodeCursor = (position: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url')

/** @throws {AppError} 422 when `text` is not a cursor of this shape */
export function decodeCursor<T extends z.ZodType<unknown[]>>(text: string, shape: T): z.output<T> {
  const result = shape.safeParse(parsed(text))
  if (result.success) return result.data
  throw invalid([{ location: 'query', field: 'after', message: NOT_A_CURSOR }])
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Splits one row more than the page asked for into the page and where the next starts. */
export function pageOf<Row, T>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => T,
  position: (row: Row) => unknown[],
): Page<T> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(view),
    next: rows.length > limit && last !== undefined ? position(last) : undefined,
  }
}

export const LINK_HEADER = {
  Link: { description: 'rel="next": the next page, if there is one', schema: { type: 'string' } },
}

/** Header with the address of the next page: this request's query with `after` in place of `skip`. */
export function nextLink(requestUrl: string, next: unknown[] | undefined): Record<string, string> {
  if (!next) return {}
  const url = new URL(requestUrl)
  url.searchParams.delete('skip')
  url.searchParams.set('after', encodeCursor(next))
  return { Link: `<${url.pathname}${url.search}>; rel="next"` }
}

interface Answer {
  req: { url: string }
  header: (name: string, value: string) => void
}

export function setNextLink(c: Answer, next: unknown[] | undefined): void {
  for (const [name, value] of Object.entries(nextLink(c.req.url, next))) c.header(name, value)
}

import { z } from 'zod'
import { Instant } from '../shared/page.ts'
import { storable } from '../shared/validation.ts'

export const SORTS = ['created_at', '-created_at', 'price', '-price', 'name', '-name'] as const
export type Sort = (typeof SORTS)[number]

interface Order {
  /** What the rows are ordered by, as the index has it. */
  expression: string
  /** Type of a cursor's value. */
  cast: string
  direction: 'asc' | 'desc'
  /** The value in a cursor, as text or number that `cast` takes back without loss. */
  position: string
  value: z.ZodType<string | number>
}

const BY: Record<'created_at' | 'price' | 'name', Omit<Order, 'direction'>> = {
  created_at: {
    expression: 'created_at',
    cast: 'timestamptz',
    position: `to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
    value: Instant,
  },
  price: { expression: 'price_cents', cast: 'integer', position: 'price_cents', value: z.int32() },
  name: {
    expression: 'name collate "C"',
    cast: 'text',
    position: 'name',
    value: storable.max(200),
  },
}

export function orderOf(sort: Sort): Order {
  const descending = sort.startsWith('-')
  const key = (descending ? sort.slice(1) : sort) as keyof typeof BY
  return { ...BY[key], direction: descending ? 'desc' : 'asc' }
}

/** A cursor names its order: one that was made for another order would skip or repeat products. */
export const positionOf = (sort: Sort) => z.tuple([z.literal(sort), orderOf(sort).value, z.uuid()])

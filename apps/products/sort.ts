import { z } from 'zod'
import { Instant } from '../shared/http/page.ts'
import { storable } from '../shared/http/validation.ts'
import { instantText } from './product-json.ts'

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

type SortKey = 'created_at' | 'price' | 'name'

const BY: Record<SortKey, Omit<Order, 'direction'>> = {
  created_at: {
    expression: 'created_at',
    cast: 'timestamptz',
    position: instantText('created_at'),
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

const isDescending = (sort: Sort): boolean => sort.startsWith('-')

/** What is ordered by, in whichever direction. */
export const keyOf = (sort: Sort): SortKey => (isDescending(sort) ? sort.slice(1) : sort) as SortKey

export const orderOf = (sort: Sort): Order => ({
  ...BY[keyOf(sort)],
  direction: isDescending(sort) ? 'desc' : 'asc',
})

/** A cursor names its order: one that was made for another order would skip or repeat products. */
export const positionOf = (sort: Sort) => z.tuple([z.literal(sort), orderOf(sort).value, z.uuid()])

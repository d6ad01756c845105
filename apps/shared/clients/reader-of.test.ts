import { expect, test } from 'vitest'
import { z } from 'zod'
import { readerOf } from './reader-of.ts'

interface Answer {
  id: string
  status: 'held' | 'released'
  note: string | null
}

test('a reader may leave fields out, but takes everything that the answer may be', () => {
  const reader = readerOf<Answer>()(z.object({ status: z.enum(['held', 'released', 'lost']) }))
  expect(reader.parse({ id: '1', status: 'held', note: null })).toEqual({ status: 'held' })
})

test('a reader that would refuse what may be answered does not compile', () => {
  // @ts-expect-error: it may be released
  readerOf<Answer>()(z.object({ status: z.literal('held') }))
  // @ts-expect-error: it may be null
  readerOf<Answer>()(z.object({ note: z.string() }))
  // @ts-expect-error: there is no such field
  readerOf<Answer>()(z.object({ name: z.string() }))
})

import { z } from 'zod'
import { decodeCursor, Instant } from '../shared/http/page.ts'

interface Aged {
  createdAt: Date
  id: string
}

const Position = z.tuple([Instant, z.uuid()])

/** Filter of what comes after the cursor, oldest first. @throws {AppError} 422 */
export function behind(after: string | undefined) {
  if (after === undefined) return {}
  const [instant, id] = decodeCursor(after, Position)
  const createdAt = new Date(instant)
  return { $or: [{ createdAt: { $gt: createdAt } }, { createdAt, id: { $gt: id } }] }
}

export const positionOf = ({ createdAt, id }: Aged): unknown[] => [createdAt.toISOString(), id]

export const OLDEST_FIRST = { createdAt: 'asc', id: 'asc' } as const

import { z } from 'zod'
import type { Database } from '../shared/database/database.ts'
import { decodeCursor, Instant, type Page, pageOf, type PageQuery } from '../shared/http/page.ts'
import { AdjustmentEntity, adjustmentView } from './adjustment.ts'
import type { AdjustmentView } from './schemas.ts'

const Position = z.tuple([Instant, z.uuid()])

const behind = ([at, id]: z.output<typeof Position>) => {
  const createdAt = new Date(at)
  return { $or: [{ createdAt: { $lt: createdAt } }, { createdAt, id: { $lt: id } }] }
}

/** The newest first; of an unknown product there are none. */
export async function listAdjustments(
  database: Database,
  productId: string,
  { skip, limit, after }: z.output<typeof PageQuery>,
): Promise<Page<AdjustmentView>> {
  const position = after === undefined ? {} : behind(decodeCursor(after, Position))
  const adjustments = await database.transaction(em =>
    em.find(
      AdjustmentEntity,
      { productId, ...position },
      {
        orderBy: { createdAt: 'desc', id: 'desc' },
        limit: limit + 1,
        offset: after === undefined ? skip : 0,
      },
    ),
  )
  return pageOf(adjustments, limit, adjustmentView, ({ createdAt, id }) => [
    createdAt.toISOString(),
    id,
  ])
}

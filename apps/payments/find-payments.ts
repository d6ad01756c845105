import type { z } from 'zod'
import type { Caller } from '../shared/auth/auth.ts'
import type { Database } from '../shared/database/database.ts'
import { notFound } from '../shared/http/errors.ts'
import { type Page, pageOf } from '../shared/http/page.ts'
import { behind, OLDEST_FIRST, positionOf } from './age-cursor.ts'
import { PaymentEntity, paymentView } from './payment.ts'
import type { PaymentList, PaymentView } from './schemas.ts'

/** Oldest first; the caller's own, all for an admin. */
export async function listPayments(
  database: Database,
  caller: Caller,
  { order_id: orderId, skip, limit, after }: z.output<typeof PaymentList>,
): Promise<Page<PaymentView>> {
  const payments = await database.transaction(em =>
    em.find(
      PaymentEntity,
      {
        ...(caller.role !== 'admin' && { userId: caller.id }),
        ...(orderId !== undefined && { orderId }),
        ...behind(after),
      },
      {
        orderBy: OLDEST_FIRST,
        limit: limit + 1,
        offset: after === undefined ? skip : 0,
      },
    ),
  )
  return pageOf(payments, limit, paymentView, positionOf)
}

/** @throws {AppError} 404, also for what belongs to others */
export async function findPayment(
  database: Database,
  caller: Caller,
  id: string,
): Promise<PaymentView> {
  const payment = await database.transaction(em => em.findOne(PaymentEntity, { id }))
  if (!payment || (payment.userId !== caller.id && caller.role !== 'admin'))
    throw notFound('Payment')
  return paymentView(payment)
}

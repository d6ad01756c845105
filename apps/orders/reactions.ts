import type { Reactions } from '../shared/bus/reactions.ts'
import { reservationLost } from './lose-stock.ts'
import type manifest from './manifest.ts'
import { paymentCompleted, paymentFailed, paymentRefunded } from './settle-payment.ts'

export const reactions: Reactions<typeof manifest> = {
  'payment.completed': paymentCompleted,
  'payment.failed': paymentFailed,
  'payment.refunded': paymentRefunded,
  'reservation.lost': reservationLost,
}

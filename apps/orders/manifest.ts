import { z } from 'zod'
import { defineService } from '../shared/manifest.ts'

const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max)

export default defineService({
  name: 'orders',
  description: 'Orders: what was bought, at which price, and what became of it',
  routes: ['/orders', '/orders/*'],
  needs: { database: true, tokens: true, callers: true },
  calls: ['products', 'inventory'],
  publishes: [
    'order.placed',
    'order.paid',
    'order.cancelled',
    'order.shipped',
    'order.delivered',
    'order.refunded',
  ],
  consumes: ['payment.completed', 'payment.failed', 'payment.refunded', 'reservation.lost'],
  settings: {
    /** ISO 4217; must be the one that products has its prices in. */
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'must be a currency of three letters: USD')
      .default('USD'),
    /** How long an order waits to be paid, and holds its stock. */
    reservationMinutes: wholeNumber(1, 120).default(15),
    /** How long after that it is cancelled: a payment that began in time may end in this time. */
    expiryGraceSeconds: wholeNumber(0, 240).default(30),
    /** How often each instance looks for expired orders. */
    expirySeconds: wholeNumber(1, 3600).default(5),
  },
  scale: { min: 2, max: 20, cpuPercent: 60, requestsPerTarget: 800 },
})

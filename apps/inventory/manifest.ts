import { z } from 'zod'
import { defineService } from '../shared/manifest.ts'

export default defineService({
  name: 'inventory',
  description: 'How much there is of each product, and what orders hold of it',
  routes: ['/inventory', '/inventory/*'],
  needs: { database: true, tokens: true, callers: true },
  publishes: ['stock.changed', 'stock.low', 'reservation.lost'],
  consumes: [
    'product.created',
    'product.changed',
    'product.deleted',
    'order.paid',
    'order.cancelled',
    'order.refunded',
  ],
  settings: {
    /** How long stock is held for an order that names no time of its own. */
    reservationMinutes: z.coerce.number().int().min(1).max(1440).default(15),
    /** `stock.low` is published when what is available falls to this or below. */
    lowStockAt: z.coerce.number().int().min(0).max(1_000_000).default(5),
  },
  scale: { min: 2, max: 10, cpuPercent: 60, requestsPerTarget: 1500 },
})

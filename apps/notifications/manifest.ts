import { z } from 'zod'
import { defineService } from '../shared/manifest.ts'

const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max)

export default defineService({
  name: 'notifications',
  description: 'Messages to users: in the shop, by e-mail, text message and push message',
  routes: ['/notifications', '/notifications/*'],
  needs: {
    database: true,
    tokens: true,
    table: { partitionKey: 'delivery', expiresAt: 'expires_at' },
    mail: true,
    sms: true,
    push: true,
  },
  consumes: [
    'user.registered',
    'user.changed',
    'user.deleted',
    'user.password-reset-requested',
    'user.email-verification-requested',
    'order.placed',
    'order.paid',
    'order.shipped',
    'order.delivered',
    'order.cancelled',
    'order.refunded',
    'payment.failed',
    'stock.low',
  ],
  settings: {
    /** Name of the shop in messages. */
    shopName: z
      .string()
      .regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,40}$/u, 'must be 1 to 40 characters on one line')
      .default('Shop'),
    /**
     * Web pages that mails lead to: PAGES/password-reset#token=... and PAGES/verify-email#token=...; without them a mail
     * shows the token itself.
     */
    pagesUrl: z.union([z.literal(''), z.url()]).default(''),
    /** Tries of a message before it is given up. The second comes after 5 s, each further one after twice the time. */
    attempts: wholeNumber(1, 20).default(10),
    /** Days that it is known what was sent; longer than any bus keeps an event. */
    logDays: wholeNumber(30, 3650).default(90),
    /** Days that messages stay in the shop. */
    messageDays: wholeNumber(1, 3650).default(365),
  },
  scale: { min: 1, max: 6, cpuPercent: 60, requestsPerTarget: 1000 },
})

import { z } from 'zod'
import { defineService } from '../shared/manifest.ts'

const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max)

export default defineService({
  name: 'payments',
  description: 'Payment methods, payments and refunds',
  routes: ['/payments', '/payments/*', '/payment-methods', '/payment-methods/*'],
  // It is signed by Stripe.
  openRoutes: ['POST /payments/webhooks/stripe'],
  // The cache is for the limits alone.
  needs: { database: true, cache: true, tokens: true, paymentGateway: true },
  calls: ['orders'],
  publishes: ['payment.completed', 'payment.failed', 'payment.refunded'],
  consumes: ['order.cancelled'],
  settings: {
    /** Where Stripe's API is; tests have another one. */
    stripeUrl: z.url({ protocol: /^https?$/ }).default('https://api.stripe.com'),
    /** Cards that a user may try to save in an hour: whoever has stolen numbers tries which of them are good. */
    cardsPerUser: wholeNumber(1, 100_000).default(20),
    /** The same of all users at one address. */
    cardsPerAddress: wholeNumber(1, 100_000).default(100),
    /** How often each instance looks for payments and refunds whose outcome is not known. */
    reconcileSeconds: wholeNumber(1, 3600).default(15),
    /** How old a payment must be before it is ended when the gateway knows nothing of it; longer than a charge may take. */
    unansweredSeconds: wholeNumber(0, 3600).default(90),
    /** How often the gateway's list of charges is compared with the table, by one instance. */
    sweepSeconds: wholeNumber(1, 86_400).default(600),
  },
  scale: { min: 2, max: 10, cpuPercent: 60, requestsPerTarget: 600 },
})

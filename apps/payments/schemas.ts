import { z } from 'zod'
import { PageQuery } from '../shared/http/page.ts'
import { storable, whenGiven } from '../shared/http/validation.ts'
import { isCardNumber } from './card-number.ts'
import { isExpired, parseExpiry } from './expiry.ts'

const Id = z.uuid({ error: whenGiven('must be a UUID') })

/** Above any order: 100 lines of 1000 pieces at the highest price. */
const MAX_AMOUNT = 999_999_999_999.99
const amountError = `must be a number from 0 to ${MAX_AMOUNT} with at most 2 decimal places`
const Amount = z
  .number({ error: whenGiven(amountError) })
  .refine(
    value => value >= 0 && value <= MAX_AMOUNT && Math.round(value * 100) / 100 === value,
    amountError,
  )
  .meta({ minimum: 0, multipleOf: 0.01, examples: [859] })

const Currency = z
  .string({ error: whenGiven('must be a currency code of three letters: USD') })
  .regex(/^[A-Za-z]{3}$/, 'must be a currency code of three letters: USD')
  .toUpperCase()

// No message of these fields quotes what was sent.
const CardNumber = z
  .string({ error: whenGiven('must be text') })
  .transform(text => text.replaceAll(/[ -]/g, ''))
  .refine(isCardNumber, 'is not a valid card number')
  .meta({ type: 'string', minLength: 12, maxLength: 32, writeOnly: true })
const Token = z
  .string({ error: whenGiven('must be text') })
  .regex(/^(tok|pm)_\w{1,250}$/, "must be a token of the gateway's form: tok_... or pm_...")
const expiryError = 'must be month and year such as 04/31 or 04/2031'
const ExpiryDate = z
  .string({ error: whenGiven(expiryError) })
  .transform((text, context) => {
    const expiry = parseExpiry(text)
    if (expiry) return expiry
    context.addIssue({ code: 'custom', message: expiryError })
    return z.NEVER
  })
  .refine(expiry => !isExpired(expiry, new Date()), 'is over: the card has expired')
  .meta({ type: 'string' })

export const PaymentMethodCreate = z
  .object({
    user_id: Id.optional().describe('Must be the caller; may be left out'),
    type: z.literal('card', { error: whenGiven('must be card') }).default('card'),
    card_number: CardNumber.optional().describe('Or a token; kept nowhere'),
    token: Token.optional().describe("From the gateway's own form in the browser"),
    expiry_date: ExpiryDate.optional().describe('With a card_number: MM/YY or MM/YYYY'),
    is_default: z.boolean({ error: whenGiven('must be true or false') }).default(false),
  })
  .refine(given => (given.card_number === undefined) !== (given.token === undefined), {
    path: ['card_number'],
    message: 'or token is required, not both',
  })
  .refine(given => given.card_number === undefined || given.expiry_date !== undefined, {
    path: ['expiry_date'],
    message: 'is required with a card_number',
  })
  .meta({
    id: 'PaymentMethodCreate',
    examples: [
      { type: 'card', card_number: '4242424242424242', expiry_date: '04/31', is_default: true },
    ],
  })

export const PaymentMethodResponse = z
  .object({
    id: z.uuid(),
    user_id: z.uuid(),
    type: z.literal('card'),
    brand: z.string(),
    last4: z.string(),
    expiry_date: z.string().describe('MM/YY, however it was given'),
    is_default: z.boolean(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'PaymentMethodResponse' })
export const PaymentMethods = z.array(PaymentMethodResponse)

export const PaymentMethodId = z.object({ payment_method_id: Id })

export const PaymentCreate = z
  .object({ order_id: Id, amount: Amount, currency: Currency, payment_method_id: Id })
  .meta({
    id: 'PaymentCreate',
    examples: [
      {
        order_id: '5b0e7a52-52a5-4b5c-9f57-2a3c6c9c2d11',
        amount: 859,
        currency: 'USD',
        payment_method_id: '9c1d7c1e-0f4e-4a55-8e0b-2b1f1f0b7c11',
      },
    ],
  })

export const PAYMENT_STATUSES = ['pending', 'completed', 'failed', 'refunded'] as const

export const PaymentResponse = z
  .object({
    id: z.uuid(),
    order_id: z.uuid(),
    amount: z.number(),
    currency: z.string(),
    payment_method_id: z.uuid(),
    status: z
      .enum(PAYMENT_STATUSES)
      .describe('`pending`: the outcome is not known yet; ask again, or retry with the same key'),
    failure_reason: z.string().nullable(),
    action_url: z.url().nullable().describe('Where the buyer has to confirm a pending payment'),
    refunded_amount: z.number().describe('Of all refunds, those under way included'),
    created_at: z.iso.datetime(),
    processed_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'PaymentResponse' })
export const Payments = z.array(PaymentResponse)

export const PaymentId = z.object({ payment_id: Id })

export const PaymentList = PageQuery.extend({
  order_id: Id.optional(),
})

export const RefundCreate = z
  .object({
    amount: Amount.refine(value => value > 0, 'must be above 0')
      .optional()
      .describe('Left out: all that is left'),
  })
  .meta({ id: 'RefundCreate', examples: [{ amount: 100 }] })

export const RefundResponse = z
  .object({
    id: z.uuid(),
    payment_id: z.uuid(),
    amount: z.number(),
    currency: z.string(),
    status: z.enum(['pending', 'completed', 'failed']),
    failure_reason: z.string().nullable(),
    created_at: z.iso.datetime(),
    processed_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'RefundResponse' })

export const SandboxAction = z.object({ approve: z.boolean() }).meta({ id: 'SandboxAction' })
export const Received = z.object({ received: z.literal(true) }).meta({ id: 'Received' })
export const Message = z.object({ message: storable }).meta({ id: 'Message' })

export type PaymentMethodView = z.input<typeof PaymentMethodResponse>
export type PaymentView = z.input<typeof PaymentResponse>
export type RefundView = z.input<typeof RefundResponse>

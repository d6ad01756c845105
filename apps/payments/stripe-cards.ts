import type { Stripe } from 'stripe'
import { CardRefused, type CardSource, type SavedCard } from './gateway.ts'
import { takesCard } from './stripe-errors.ts'

/**
 * A card that can be charged again and again: Stripe wants it to belong to a customer. A number becomes Stripe's token
 * in the first call and is not sent again.
 */
export const saveStripeCard = (
  stripe: Stripe,
  source: CardSource,
  { userId, customer }: { userId: string; customer: string | null },
): Promise<SavedCard> =>
  takesCard(async () => {
    const method = await methodOf(stripe, source)
    const { card } = method
    if (!card) throw new CardRefused('not_a_card')
    const owner = customer ?? (await newCustomer(stripe, userId))
    await stripe.paymentMethods.attach(method.id, { customer: owner })
    return {
      token: method.id,
      customer: owner,
      brand: card.brand,
      last4: card.last4,
      expiryMonth: card.exp_month,
      expiryYear: card.exp_year,
    }
  })

async function methodOf(stripe: Stripe, source: CardSource): Promise<Stripe.PaymentMethod> {
  if ('number' in source) return methodFromToken(stripe, await tokenOf(stripe, source))
  return source.token.startsWith('pm_')
    ? stripe.paymentMethods.retrieve(source.token)
    : methodFromToken(stripe, source.token)
}

const methodFromToken = (stripe: Stripe, token: string) =>
  stripe.paymentMethods.create({ type: 'card', card: { token } })

async function tokenOf(
  stripe: Stripe,
  card: Extract<CardSource, { number: string }>,
): Promise<string> {
  const { id } = await stripe.tokens.create({
    card: {
      number: card.number,
      exp_month: String(card.expiryMonth),
      exp_year: String(card.expiryYear),
    },
  })
  return id
}

/** Two first cards at once are one customer's. */
async function newCustomer(stripe: Stripe, userId: string): Promise<string> {
  const { id } = await stripe.customers.create(
    { metadata: { user_id: userId } },
    { idempotencyKey: `customer-${userId}` },
  )
  return id
}

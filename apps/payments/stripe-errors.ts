import { Stripe } from 'stripe'
import { CardRefused, GatewayUnanswered } from './gateway.ts'

const { StripeCardError, StripeError, StripeInvalidRequestError } = Stripe.errors

/** Stripe says for certain that it did not do what was asked, and why. */
export const refusalOf = (error: unknown): string | undefined =>
  error instanceof StripeCardError || error instanceof StripeInvalidRequestError
    ? (error.decline_code ?? error.code ?? error.rawType ?? error.type)
    : undefined

/** `unexpected_state`: the payment intent has come further than the caller knew. */
export const isElsewhere = (error: unknown): boolean =>
  error instanceof StripeInvalidRequestError && error.code === 'payment_intent_unexpected_state'

/** Everything else leaves open what happened: no connection, no answer in time, a fault or a limit of Stripe. */
export async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof StripeError) || refusalOf(error) !== undefined) throw error
    throw new GatewayUnanswered(`Stripe: ${error.type}`, { cause: error })
  }
}

/** @throws {CardRefused} in place of Stripe's own refusal, which may quote what was sent */
export async function takesCard<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await answered(ask)
  } catch (error) {
    const reason = refusalOf(error)
    if (reason === undefined) throw error
    throw new CardRefused(reason)
  }
}

import { Stripe } from 'stripe'
import { z } from 'zod'
import { AppError } from '../shared/http/errors.ts'

export interface WebhookMessage {
  /** Stripe's id; a message that it sends twice has the same. */
  id: string
  /** The payment that something happened to; undefined: nothing of ours. */
  paymentId: string | undefined
}

/** Seconds that a signature is good for: a message that somebody recorded can't be sent again later. */
const TOLERANCE_SECONDS = 300

const Subject = z.object({ metadata: z.object({ payment_id: z.uuid() }) })

/** What happened is not taken from the message: messages come in any order. It says which payment to ask about. */
export function readMessage(
  stripe: Stripe,
  body: string,
  signature: string,
  secret: string,
): WebhookMessage {
  const { id, data } = signedEvent(stripe, body, signature, secret)
  const subject = Subject.safeParse(data.object)
  return { id, paymentId: subject.data?.metadata.payment_id }
}

function signedEvent(
  stripe: Stripe,
  body: string,
  signature: string,
  secret: string,
): Stripe.Event {
  try {
    return stripe.webhooks.constructEvent(body, signature, secret, TOLERANCE_SECONDS)
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeSignatureVerificationError)) throw error
    throw new AppError('signature_invalid', 400, 'The message is not signed by Stripe just now', {
      cause: error,
    })
  }
}

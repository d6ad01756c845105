/** One message to one address: `EVENT/USER/CHANNEL/DEVICE`. */
export type DeliveryKey = string

/**
 * - `begun`: it is up to this attempt
 * - `busy`: another attempt is under way
 * - `sent`: it was sent
 */
export type Begun = 'begun' | 'busy' | 'sent'

/**
 * What was sent, kept apart from what is to be sent. Of attempts at the same time, in whatever instances, one begins.
 * The order is: begin, send, note. An attempt that dies after `begin` is followed by another once it is no longer busy:
 * if it had handed the message over just before, the message is sent twice. It is never lost.
 */
export interface DeliveryLog {
  /** @param attempt unique to this try */
  begin: (delivery: DeliveryKey, attempt: string) => Promise<Begun>
  /** The provider has it. Whoever else has begun meanwhile finds it sent. */
  sent: (delivery: DeliveryKey, providerId: string) => Promise<void>
  /** This attempt sent nothing: the next one may begin at once. An attempt that another has followed changes nothing. */
  gaveUp: (delivery: DeliveryKey, attempt: string) => Promise<void>
  close: () => void
}

/** Longer than a channel may take, with clocks of instances some seconds apart. */
export const BUSY_SECONDS = 45

const DAY_SECONDS = 86_400
export const daysToSeconds = (days: number): number => days * DAY_SECONDS

/** A message on its way to one address. */
export interface Outgoing {
  /** The same for every try of one message. */
  key: string
  /** When what it tells happened. */
  at: string
  kind: string
  /** E-mail address, phone number, or what the push service knows the app by. */
  to: string
  /** Empty for text messages. */
  subject: string
  text: string
  /** Empty for all but mail. */
  html: string
}

export interface Sent {
  /** What the provider calls it. */
  providerId: string
}

/** A way to reach people. Every call ends within some seconds. */
export interface MessageChannel {
  /** @throws {NotSent} with what to do about it; anything else is tried again */
  send: (message: Outgoing) => Promise<Sent>
}

/**
 * - `later`: the provider is busy, down or paused: the same message may go through after a while
 * - `bounced`: nothing will ever arrive at this address
 * - `refused`: this message will not be taken, however often
 */
export type Verdict = 'later' | 'bounced' | 'refused'

/** `reason` names no address and no content: it is logged and kept. */
export class NotSent extends Error {
  override readonly name = 'NotSent'
  readonly verdict: Verdict
  constructor(verdict: Verdict, reason: string, cause?: unknown) {
    super(reason, { cause })
    this.verdict = verdict
  }
}

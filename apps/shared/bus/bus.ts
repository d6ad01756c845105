import type { Envelope } from '../events/events.ts'

/** One try to hand an event to its consumer. */
export interface Delivery {
  /** What came: an envelope as text or as what JSON made of it. Nobody has checked it yet. */
  raw: unknown
  /** 1 at the first try. */
  attempt: number
  /** Aborted when the handler's time is over: the event is then tried again, whatever the handler still does. */
  signal: AbortSignal
}

/** Resolves when the event had its effect; what it throws is logged, and the event comes again later. */
export type Handler = (delivery: Delivery) => Promise<void>

/** Thrown by a handler that no further try could help: the event becomes a dead letter at once where the bus can. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable'
}

export interface DeadLetter {
  /** The bus's own name for it, for `redrive`. */
  id: string
  raw: unknown
  /** Undefined where nobody could say: its consumer died of it, each time. */
  reason: string | undefined
  at: string
}

/** An event that the bus does not take, though it answers. */
export interface Refusal {
  id: string
  reason: string
}

export interface BusLag {
  /** Events that wait for this consumer, those that are to be tried again included. */
  waiting: number
  deadLetters: number
}

/** A service's way to the bus: it publishes to all and reads what its own manifest says it consumes. */
export interface Bus {
  /** Hands events over, at least once each, in no order. @throws when the bus can't be reached: hand them over again */
  publish: (envelopes: readonly Envelope[]) => Promise<readonly Refusal[]>
  /**
   * Reads events until the returned function is called, which waits for what is under way. Instances share the work. An
   * event that keeps failing becomes a dead letter after `deliveries` tries. An outage of the bus is waited out.
   */
  subscribe: (handler: Handler) => () => Promise<void>
  /** Those of this consumer, oldest first, up to some hundreds. */
  deadLetters: () => Promise<DeadLetter[]>
  /** Gives dead letters to their consumer again. Returns how many. */
  redrive: (ids: 'all' | readonly string[]) => Promise<number>
  lag: () => Promise<BusLag>
  /** After what `subscribe` returned. Does not wait for a bus that says nothing. */
  close: () => Promise<void>
}

/** How a consumer is served; the same for every bus. */
export interface Serving {
  /** Name of the service. */
  consumer: string
  /** Types of events that it reads. */
  consumes: readonly string[]
  /** Events in hand at the same time, for each instance. @default 5 */
  concurrency?: number
  /** Tries before an event is a dead letter. @default 5 */
  deliveries?: number
  /** Seconds until the second try; doubled for each further one. @default 5 */
  retrySeconds?: number
  /** @default 300 */
  retryMaxSeconds?: number
  /** After this time an event whose consumer died is given to another; longer than `handlerSeconds`. @default 60 */
  visibilitySeconds?: number
  /** What a handler has for one event. @default half of `visibilitySeconds` */
  handlerSeconds?: number
  /** How often events of dead consumers are looked for; SQS does it by itself. @default a quarter of `visibilitySeconds` */
  upkeepSeconds?: number
}

export function servingWithDefaults(serving: Serving): Required<Serving> {
  const { visibilitySeconds = 60 } = serving
  return {
    concurrency: 5,
    deliveries: 5,
    retrySeconds: 5,
    retryMaxSeconds: 300,
    visibilitySeconds,
    handlerSeconds: visibilitySeconds / 2,
    upkeepSeconds: Math.max(1, Math.floor(visibilitySeconds / 4)),
    ...serving,
  }
}

import type { EventType } from '../events/events.ts'
import type { Effect } from '../events/inbox.ts'
import type { AnyManifest } from '../manifest.ts'

/** What a service does for each event that its manifest says it consumes: no more, no less. */
export type Reactions<M extends AnyManifest> = {
  readonly [T in Extract<M['consumes'][number], EventType>]: Effect<T>
}

import { randomUUID } from 'node:crypto'
import type { Database } from '../database/database.ts'
import { type EventType, parseEvent } from '../events/events.ts'
import { type Effect, receive } from '../events/inbox.ts'
import { withRequest } from '../http/request-context.ts'
import { type Handler, Undeliverable } from './bus.ts'

/** Gives each delivered event its effect once. What can't be understood, or is not for this service, is undeliverable. */
export function eventHandler(
  service: string,
  database: Database,
  reactions: Readonly<Record<string, Effect<never>>>,
): Handler {
  // An effect stands under the one type of event that it takes.
  const effects = new Map(Object.entries(reactions) as [string, Effect<EventType>][])
  return async ({ raw }) => {
    const parsed = parseEvent(raw)
    if (!parsed.ok) throw new Undeliverable(parsed.reason)
    const { event } = parsed
    const effect = effects.get(event.type)
    if (!effect) throw new Undeliverable(`${service} does not consume ${event.type}`)
    const context = {
      requestId: randomUUID(),
      traceparent: event.traceparent ?? undefined,
      startedAt: performance.now(),
    }
    await withRequest(context, () => receive(database, service, event, effect))
  }
}

import { z } from 'zod'
import { EVENTS } from '../event-data.ts'

export type EventType = keyof typeof EVENTS
export type EventData<T extends EventType> = z.output<(typeof EVENTS)[T]['data']>

/** What is the same in every event, whatever it tells. */
const Frame = z.object({
  /** UUID v7; consumers know by it what they have seen. */
  id: z.uuid(),
  type: z.string(),
  version: z.number().int().min(1),
  occurred_at: z.iso.datetime(),
  /** W3C trace context of what caused it; null where nobody traces. */
  traceparent: z.string().nullable(),
  subject: z.object({ type: z.string(), id: z.string().min(1).max(100) }),
  /** 1, 2, 3 of this subject, without gaps. Events arrive in any order: this tells which one is newer. */
  sequence: z.number().int().min(1),
  data: z.unknown(),
})

/** An event on its way, as JSON has it. */
export type Envelope = z.output<typeof Frame>

/** An envelope whose data is known to be that of its type. */
export type EventOf<T extends EventType = EventType> = {
  [K in T]: Omit<Envelope, 'type' | 'data'> & { type: K; data: EventData<K> }
}[T]

/** What a service says has happened: the rest of the envelope is made where it is stored. */
export type NewEvent<T extends EventType = EventType> = {
  [K in T]: { type: K; subjectId: string; data: z.input<(typeof EVENTS)[K]['data']> }
}[T]

export type Parsed = { ok: true; event: EventOf } | { ok: false; reason: string }

export const EVENT_TYPES = Object.keys(EVENTS) as EventType[]

export const isEventType = (text: string): text is EventType => Object.hasOwn(EVENTS, text)

/** `order.placed` is about an order. */
export const subjectTypeOf = (type: EventType): string => type.slice(0, type.indexOf('.'))

/**
 * Reads an envelope that came from elsewhere, as text or as what JSON made of it. Never throws: what can't be
 * understood belongs to the dead letters, with the reason. The reason names fields, never their values.
 */
export function parseEvent(raw: unknown): Parsed {
  const json = typeof raw === 'string' ? parseJson(raw) : raw
  const frame = Frame.safeParse(json)
  if (!frame.success) return { ok: false, reason: `not an event: ${problemsOf(frame.error)}` }
  const { type, version } = frame.data
  if (!isEventType(type)) return { ok: false, reason: `unknown event type "${type}"` }
  const declared = EVENTS[type]
  if (version !== declared.version)
    return {
      ok: false,
      reason: `${type} has version ${version}; this service understands ${declared.version}`,
    }
  const data = declared.data.safeParse(frame.data.data)
  if (!data.success) return { ok: false, reason: `${type}: data ${problemsOf(data.error)}` }
  return { ok: true, event: { ...frame.data, type, data: data.data } as EventOf }
}

/** @throws Error naming type and fields when the data is not what the type declares */
export function checkedData(event: NewEvent): unknown {
  const result = EVENTS[event.type].data.safeParse(event.data)
  if (!result.success) throw new Error(`event ${event.type}: data ${problemsOf(result.error)}`)
  return result.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const problemsOf = (error: z.ZodError): string =>
  error.issues.map(({ path, code }) => `${path.join('.') || '(all)'} (${code})`).join(', ')

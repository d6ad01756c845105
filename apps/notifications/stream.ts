import type { Database } from '../shared/database/database.ts'
import { invalid } from '../shared/http/errors.ts'
import type { Log } from '../shared/process/log.ts'
import { EVENT_STREAM } from '../shared/http/service-response.ts'
import type { Inboxes, Watch } from './inboxes.ts'
import { lastNumber, type Message, messagesSince, viewOf } from './messages.ts'

export interface StreamDeps {
  database: Database
  inboxes: Inboxes
  log: Log
  /** Aborted when the service is to stop. */
  draining: AbortSignal
  /** @default 15000 */
  heartbeatMs?: number
}

export interface StreamRequest {
  userId: string
  /** `Last-Event-ID` of the client: the messages after it are sent first. */
  lastEventId: string | undefined
  /** When the token expires, in seconds since 1970. */
  tokenExpires: number
  /** Aborted when the client leaves. */
  left: AbortSignal
}

const HEARTBEAT_MS = 15_000
const AT_ONCE = 100
/** A stream ends this much before its token: the client can come back with a new one. */
const BEFORE_EXPIRY_MS = 5_000
/** When a stream ends the client comes back after this, without a herd. */
const RETRY_MS = 2_000

const HEADERS = {
  'content-type': EVENT_STREAM,
  // A proxy that gathers or packs the answer would hold events back.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}

/**
 * The user's messages as they come, as server-sent events; their ids are the numbers by which a client resumes. Ends
 * when the client leaves, the token is about to expire, or the service stops.
 * @throws {AppError} 422 for a Last-Event-ID that is none of ours, 429, 503
 */
export async function openStream(deps: StreamDeps, request: StreamRequest): Promise<Response> {
  const { database, inboxes, draining } = deps
  const { userId, lastEventId, tokenExpires, left } = request
  const leftMs = tokenExpires * 1000 - Date.now() - BEFORE_EXPIRY_MS
  const timeOver = AbortSignal.timeout(Math.max(0, leftMs))
  const end = AbortSignal.any([left, draining, timeOver])
  const watch = inboxes.watch(userId)
  try {
    const newest = await lastNumber(database, userId)
    // A number from before the database was restored would wait for messages that came long ago.
    const from = lastEventId === undefined ? newest : Math.min(numberOf(lastEventId), newest)
    const events = eventsFrom(deps, userId, from, watch, end)
    return new Response(textStream(events, watch, end), { headers: HEADERS })
  } catch (error) {
    watch.close()
    throw error
  }
}

function numberOf(lastEventId: string): number {
  if (/^\d{1,15}$/.test(lastEventId)) return Number(lastEventId)
  throw invalid([
    { location: 'header', field: 'Last-Event-ID', message: 'must be the id of an event' },
  ])
}

async function* eventsFrom(
  { database, log, heartbeatMs = HEARTBEAT_MS }: StreamDeps,
  userId: string,
  from: number,
  watch: Watch,
  end: AbortSignal,
): AsyncGenerator<string> {
  let last = from
  yield `retry: ${RETRY_MS}\n\n`
  try {
    while (!end.aborted) {
      const news = watch.next(heartbeatMs, end) // before looking: what is stored meanwhile rings
      const messages = await messagesSince(database, userId, last, AT_ONCE)
      for (const message of messages) {
        yield eventOf(message)
        last = message.number
      }
      // A message whose NOTIFY was lost is found at the next heartbeat.
      if (messages.length < AT_ONCE && (await news) === 'nothing' && !end.aborted) yield ':\n\n'
    }
  } catch (error) {
    // The client comes back, and goes on after the last event.
    log.warn({ err: error }, 'a stream was cut')
  } finally {
    watch.close()
  }
}

const eventOf = (message: Message): string =>
  `id: ${message.number}\nevent: notification\ndata: ${JSON.stringify(viewOf(message))}\n\n`

/** Asked for only as fast as the client reads. */
function textStream(
  events: AsyncGenerator<string>,
  watch: Watch,
  end: AbortSignal,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  // Also where nobody reads any more.
  end.addEventListener('abort', () => watch.close(), { once: true })
  return new ReadableStream<Uint8Array>(
    {
      pull: async controller => {
        const { done, value } = await events.next()
        if (done) controller.close()
        else controller.enqueue(encoder.encode(value))
      },
      cancel: async () => {
        watch.close()
        await events.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}

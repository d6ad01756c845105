import { keepTrying } from '../shared/bus/keep-trying.ts'
import { createBell } from '../shared/bus/relay.ts'
import { deliver, type DeliverDeps } from './deliver.ts'
import { takeDue } from './due-deliveries.ts'

export interface Sender {
  /** There may be something to send. */
  ring: () => void
  /** Resolves after what is under way. */
  stop: () => Promise<void>
}

const POLL_MS = 2_000

/** Sends what is due, in all instances at once: each takes deliveries that no other has. */
export function startSender(deps: DeliverDeps): Sender {
  const stopping = new AbortController()
  const bell = createBell(POLL_MS)
  const sending = (async () => {
    while (!stopping.signal.aborted) {
      const rung = bell.next() // before looking: what is stored meanwhile rings
      await keepTrying(stopping.signal, deps.log, 'sending messages', () =>
        sendDue(deps, stopping.signal),
      )
      await rung
    }
  })()
  return {
    ring: bell.ring,
    stop: async () => {
      stopping.abort()
      bell.ring()
      await sending
    },
  }
}

/** All that is due now. What fails in one delivery keeps no other from going out. */
export async function sendDue(deps: DeliverDeps, stop?: AbortSignal): Promise<void> {
  const taken = stop?.aborted ? [] : await takeDue(deps.database)
  if (taken.length === 0) return
  const results = await Promise.allSettled(taken.map(due => deliver(deps, due)))
  const failure = results.find(({ status }) => status === 'rejected')
  if (failure?.status === 'rejected') throw failure.reason
  await sendDue(deps, stop)
}

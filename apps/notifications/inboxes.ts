import { AppError } from '../shared/http/errors.ts'

/** Open streams of this instance by user: who is to look for new messages. */
export interface Inboxes {
  /** @throws {AppError} 429 when the user has too many streams, 503 when the instance has */
  watch: (userId: string) => Watch
  /** A user has a new message; undefined: anybody may have. */
  ring: (userId: string | undefined) => void
  /** Streams that are open. */
  count: () => number
}

export interface Watch {
  /** Resolves when there may be news, or after the time, or when `signal` is aborted. Ask before looking. */
  next: (ms: number, signal: AbortSignal) => Promise<'news' | 'nothing'>
  close: () => void
}

const PER_USER = 10
const PER_INSTANCE = 5_000

export function createInboxes(): Inboxes {
  const byUser = new Map<string, Set<() => void>>()
  let open = 0
  return {
    watch: userId => {
      const watches = byUser.get(userId) ?? new Set()
      if (watches.size >= PER_USER)
        throw new AppError('too_many_streams', 429, `You have ${PER_USER} streams open`, {
          headers: { 'Retry-After': '30' },
        })
      if (open >= PER_INSTANCE)
        throw new AppError('unavailable', 503, 'Too many streams are open; try again shortly', {
          headers: { 'Retry-After': '5' },
        })
      let wake = () => {}
      const ring = () => wake()
      byUser.set(userId, watches.add(ring))
      open++
      return {
        next: (ms, signal) =>
          new Promise(resolve => {
            const end = (result: 'news' | 'nothing') => {
              clearTimeout(timer)
              signal.removeEventListener('abort', aborted)
              resolve(result)
            }
            const aborted = () => end('nothing')
            const timer = setTimeout(() => end('nothing'), ms)
            wake = () => end('news')
            if (signal.aborted) aborted()
            else signal.addEventListener('abort', aborted)
          }),
        close: () => {
          if (watches.delete(ring)) open--
          if (watches.size === 0) byUser.delete(userId)
        },
      }
    },
    ring: userId => {
      const rung = userId === undefined ? [...byUser.values()] : [byUser.get(userId) ?? []]
      for (const watches of rung) for (const ring of watches) ring()
    },
    count: () => open,
  }
}

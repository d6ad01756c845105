import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Shop, ShopAnswer, ShopRequest } from '../demo/client.ts'
import type { Random } from './random.ts'

/** What went wrong that no check of the tables would see. */
export type Report = (violation: string) => void

export interface Client {
  shop: Shop
  random: Random
  report: Report
  /** Aborted when nobody waits for the buyers any more. */
  signal: AbortSignal
}

const PATIENCE_MS = { first: 100, longest: 2_000 }
const TWINS = 0.3

const isTransient = (status: number): boolean => status >= 500 || status === 429 || status === 408

/**
 * Sends a request until it is answered, as a client does that does not know whether the first one had an effect:
 * broken connections and 5xx are tried again.
 * @throws the signal's reason when it is aborted
 */
export async function insist(client: Client, request: ShopRequest): Promise<ShopAnswer> {
  for (let waitMs = PATIENCE_MS.first; ; waitMs = Math.min(waitMs * 2, PATIENCE_MS.longest)) {
    client.signal.throwIfAborted()
    const answer = await once(client.shop, request)
    if (answer && !isTransient(answer.status)) return answer
    await sleep(waitMs * (0.5 + client.random.next()), undefined, { signal: client.signal })
  }
}

/** Undefined: the connection broke, or the time was over. */
async function once(shop: Shop, request: ShopRequest): Promise<ShopAnswer | undefined> {
  try {
    return await shop(request)
  } catch (error) {
    // Of `fetch` (TypeError), its time limit, or a body that was cut.
    if (error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError)
      return undefined
    throw error
  }
}

const Made = z.object({ id: z.uuid(), status: z.string().optional() })

/**
 * A POST with an idempotency key, sometimes as two at the same time, and sometimes once more afterwards. All that are
 * answered with 201 must be about the same thing and say the same, but that one may still call pending what another
 * saw end.
 */
export async function insistOnce(client: Client, request: ShopRequest): Promise<ShopAnswer> {
  const { random, report } = client
  const twins = random.chance(TWINS)
  const again = random.chance(TWINS)
  const answers = await Promise.all(
    Array.from({ length: twins ? 2 : 1 }, () => insist(client, request)),
  )
  if (again) answers.push(await insist(client, request))
  const made = answers.filter(({ status }) => status === 201)
  const last = answers.at(-1)
  if (again && last && made.length > 0 && last.status !== 201)
    report(`${request.path}: one key, 201 and then ${last.status}: ${JSON.stringify(last.body)}`)
  const ended = made.filter(({ body }) => Made.parse(body).status !== 'pending')
  for (const same of [made.map(({ body }) => Made.parse(body).id), ended.map(({ body }) => body)])
    for (const other of same.slice(1))
      if (!isDeepStrictEqual(other, same[0]))
        report(
          `${request.path}: one key, two answers: ${JSON.stringify(same[0])} and ${JSON.stringify(other)}`,
        )
  return ended[0] ?? made[0] ?? (answers[0] as ShopAnswer)
}

export const idIn = (answer: ShopAnswer): string => Made.parse(answer.body).id

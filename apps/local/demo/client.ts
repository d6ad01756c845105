import { z } from 'zod'
import { OWN_REQUESTS } from '../log.ts'

export interface ShopRequest {
  method?: 'GET' | 'POST'
  path: string
  token?: string
  body?: object
  /** Sent as `Idempotency-Key`. */
  key?: string
}

export interface ShopAnswer {
  status: number
  headers: Headers
  /** Parsed JSON; nothing is known of it yet. */
  body: unknown
}

export type Shop = (request: ShopRequest) => Promise<ShopAnswer>

const TIMEOUT_MS = 20_000
let requests = 0

/** Calls the API as any client does, until `signal` says stop. */
export const shopAt =
  (baseUrl: string, signal: AbortSignal): Shop =>
  async ({ method = 'GET', path, token, body, key }) => {
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers: {
        'X-Request-Id': `${OWN_REQUESTS}${++requests}`,
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(body && { 'Content-Type': 'application/json' }),
        ...(key !== undefined && { 'Idempotency-Key': key }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text && JSON.parse(text) }
  }

const Problem = z.object({ detail: z.string() })

/** @throws Error naming request, status and the problem's detail, when the status is not `expected` */
export async function expectStatus(
  shop: Shop,
  expected: number,
  request: ShopRequest,
): Promise<ShopAnswer> {
  const answer = await shop(request)
  if (answer.status === expected) return answer
  throw unexpected(request, answer)
}

export function unexpected(
  { method = 'GET', path }: ShopRequest,
  { status, body }: ShopAnswer,
): Error {
  const problem = Problem.safeParse(body)
  return new Error(
    `${method} ${path} answered ${status}${problem.success ? `: ${problem.data.detail}` : ''}`,
  )
}

/** All rows of a list, page after page. */
export async function listAll<T>(shop: Shop, path: string, row: z.ZodType<T>): Promise<T[]> {
  const rows: T[] = []
  for (let next: string | undefined = path; next !== undefined;) {
    const { body, headers } = await expectStatus(shop, 200, { path: next })
    rows.push(...z.array(row).parse(body))
    next = /<([^>]+)>;\s*rel="next"/.exec(headers.get('link') ?? '')?.[1]
  }
  return rows
}

/** Runs the jobs, so many at a time. The first failure ends it. */
export async function inParallel<T>(
  jobs: readonly T[],
  limit: number,
  run: (job: T) => Promise<void>,
): Promise<void> {
  const queue = jobs.values()
  const worker = async () => {
    for (const job of queue) await run(job)
  }
  await Promise.all(Array.from({ length: limit }, worker))
}

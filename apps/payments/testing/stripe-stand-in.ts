import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { StripeAccount, StripeRefusal, Unanswered } from './stripe-account.ts'
import type { StripeMock } from './stripe-mock.ts'

export interface StripeStandIn {
  url: string
  account: StripeAccount
  /** As after a day. */
  forgetKeys: () => void
  /** While down each connection is cut. */
  setDown: (down: boolean) => void
  /** What the real specification of Stripe says against requests and answers so far. */
  problems: () => readonly string[]
  close: () => Promise<void>
}

interface Kept {
  sent: string
  status: number
  answer: object
}

/**
 * Stripe's API as far as we use it, with a memory, in the shapes of its documentation: idempotency keys that give the
 * first answer again, payment intents that are confirmed and cancelled, refunds that add up.
 * @param mock checks each request and the shape of each answer against Stripe's own OpenAPI document
 */
export async function stripeStandIn(mock?: StripeMock): Promise<StripeStandIn> {
  const account = new StripeAccount()
  const kept = new Map<string, Kept>()
  const problems: string[] = []
  let isDown = false

  function answerTo(request: IncomingMessage, body: string): Kept {
    const { pathname, search } = new URL(request.url ?? '/', 'http://stripe.test')
    const sent = `${request.method} ${pathname} ${body}`
    const key = request.headers['idempotency-key']
    const before = typeof key === 'string' ? kept.get(key) : undefined
    if (before) return before.sent === sent ? before : reused(sent)
    const params = new URLSearchParams(request.method === 'GET' ? search : body)
    const answer = {
      sent,
      ...answered(() => account.handle(`${request.method} ${pathname}`, params)),
    }
    // Stripe keeps no answer of a request that its parameters made fail before it began.
    if (typeof key === 'string' && answer.status !== 400) kept.set(key, answer)
    return answer
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    if (isDown) return void response.destroy()
    try {
      const { status, answer } = answerTo(request, body)
      if (mock) problems.push(...(await mock.check(request, body, status, answer)))
      response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_test' })
      response.end(JSON.stringify(answer))
    } catch (error) {
      if (!(error instanceof Unanswered)) problems.push(String(error))
      response.destroy()
    }
  }

  const server = createServer((request, response) => void respond(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    account,
    problems: () => problems,
    forgetKeys: () => kept.clear(),
    setDown: down => {
      isDown = down
    },
    close: async () => {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

function answered(handle: () => object): { status: number; answer: object } {
  try {
    return { status: 200, answer: handle() }
  } catch (error) {
    if (!(error instanceof StripeRefusal)) throw error
    return { status: error.status, answer: { error: error.body } }
  }
}

const reused = (sent: string): Kept => ({
  sent,
  status: 400,
  answer: {
    error: {
      type: 'idempotency_error',
      message: 'Keys for idempotent requests can only be used with the same parameters.',
    },
  },
})

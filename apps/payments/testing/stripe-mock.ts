import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { freePort } from '../../shared/process/free-ports.ts'

/** Stripe's own stand-in, which knows its OpenAPI document and forgets everything. */
export interface StripeMock {
  /** What the document says against a request, and against the members of the answer that somebody else gave to it. */
  check: (
    request: IncomingMessage,
    body: string,
    status: number,
    answer: object,
  ) => Promise<string[]>
  stop: () => Promise<void>
}

/** `go install github.com/stripe/stripe-mock@latest` makes it. */
export const hasStripeMock = (): boolean => spawnSync('stripe-mock', ['-version']).status === 0

export async function startStripeMock(): Promise<StripeMock> {
  const port = await freePort()
  const child = spawn('stripe-mock', ['-http-port', `${port}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // Read to its end: it dies of a pipe that nobody reads.
  await new Promise<void>(resolve => {
    child.stdout.on('data', chunk => String(chunk).includes('Listening for HTTP ') && resolve())
  })
  return {
    check: async ({ method = 'GET', url = '/', headers }, body, status, answer) => {
      const response = await fetch(`http://127.0.0.1:${port}${url}`, {
        method,
        headers: {
          authorization: headers.authorization ?? '',
          'content-type': 'application/x-www-form-urlencoded',
        },
        ...(method !== 'GET' && { body }),
      })
      const expected = (await response.json()) as object
      if (response.status !== 200) return [`${method} ${url} ${body}: ${JSON.stringify(expected)}`]
      if (status !== 200) return []
      const unknown = Object.keys(answer).filter(key => !(key in expected))
      return unknown.map(key => `${method} ${url}: Stripe's answer has no "${key}"`)
    },
    stop: async () => {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

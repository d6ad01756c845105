import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Hono } from 'hono'
import { readConfig } from '../config.ts'
import { environmentOf, type Supply } from '../environment.ts'
import type { AppEnv } from '../http/http.ts'
import { healthOf } from '../process/health.ts'
import { createLifecycle } from '../process/lifecycle.ts'
import { logTo } from '../process/log.ts'
import type { AnyManifest } from '../manifest.ts'
import { serveApp } from '../process/serve-app.ts'
import type { Kit } from '../process/run.ts'
import { httpServer } from '../http/server.ts'
import { readyJson } from '../http/shortcut.ts'

export interface TestService {
  url: string
  /** Every log line so far, parsed. */
  logs: () => Record<string, unknown>[]
  /** Sends JSON (`json`) or what `init` says; reads the answer's JSON, or text, into `body`. */
  call: (path: string, init?: CallInit) => Promise<Answer>
  stop: () => Promise<void>
}

export interface CallInit extends Omit<RequestInit, 'headers'> {
  json?: unknown
  token?: string
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  headers: Headers
  /** Parsed JSON; tests look into it as they expect it to be. */
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any
}

export const PUBLIC_URL = 'http://shop.test'

type Parts<M extends AnyManifest> = Omit<Supply<M, string>, 'runtime'> & {
  runtime?: Partial<Supply<M, string>['runtime']>
}

/**
 * Runs a service in this process on a free port, with everything between the socket and the handler as in production:
 * manifest -> environment -> config -> start -> HTTP server.
 */
export async function startTestService<M extends AnyManifest>(
  manifest: M,
  start: (kit: Kit<M>) => Promise<Hono<AppEnv>>,
  parts: Parts<M>,
): Promise<TestService> {
  const supply = {
    ...parts,
    runtime: {
      host: '127.0.0.1',
      port: 1,
      publicUrl: PUBLIC_URL,
      version: 'test',
      logLevel: 'info',
      corsOrigins: [],
      trustedProxyHops: 1,
      ...parts.runtime,
    },
  } as Supply<M, string>
  const { plain, secret } = environmentOf(manifest, supply)
  const config = readConfig(manifest, { ...plain, ...secret })
  const lines: string[] = []
  const log = logTo({ write: line => void lines.push(line) }, manifest.name, 'info')
  const lifecycle = createLifecycle(log, true)
  const app = await start({ ...lifecycle, config, log })
  const http = httpServer(log, undefined, readyJson(healthOf(manifest, 'test')))
  serveApp(http, {
    ...{ app, manifest, lifecycle, log, labelsRoutes: false },
    ...{ version: 'test', publicUrl: PUBLIC_URL },
  })
  await once(http.server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(http.server.address() as AddressInfo).port}`
  const service: TestService = {
    url,
    logs: () => lines.map(line => JSON.parse(line) as Record<string, unknown>),
    call: (path, init) => call(url, path, init),
    stop: () => {
      http.server.closeAllConnections()
      return lifecycle.stop(http, manifest.stopSeconds)
    },
  }
  const ready = await untilItSays(service)
  if (ready.status !== 200)
    throw new Error(`${manifest.name} is not ready: ${JSON.stringify(ready.body)}`)
  return service
}

/** A check that takes too long says that this machine is busy, and nothing of the service. */
async function untilItSays(service: TestService): Promise<Answer> {
  for (;;) {
    const answer = await service.call('/ready')
    if (!JSON.stringify(answer.body).includes('no answer within')) return answer
  }
}

export async function call(
  url: string,
  path: string,
  { json, token, headers, ...init }: CallInit = {},
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    redirect: 'manual',
    ...(json !== undefined && { method: 'POST', body: JSON.stringify(json) }),
    ...init,
    headers: {
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
  })
  const text = await response.text()
  const isJson = (response.headers.get('content-type') ?? '').includes('json')
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && text !== '' ? JSON.parse(text) : text,
  }
}

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { createEdgePages } from './edge-pages.ts'
import type { RunnerLog } from '../log.ts'
import { createProxy, type Proxy, sendProblem } from './proxy.ts'
import { notReady, type Waiting } from './readiness.ts'
import { createRouter, plainPath, type Target, unknownPath } from './routing.ts'
import { errorCode, StartError } from '../start-error.ts'

export interface EdgeOptions {
  port: number
  /** What clients see, without a slash at the end. */
  publicUrl: string
  targets: readonly Target[]
  /** Folder of the messages that services would send. */
  mailDir: string
  log: RunnerLog
}

export interface Edge {
  /** Services that can't serve yet, with why; empty when all can. */
  notReady: () => Promise<Waiting[]>
  /** Takes no more connections, ends the requests under way. */
  close: () => Promise<void>
}

/** Requests that take longer than this when the edge closes are cut. */
const DRAIN_MS = 10_000

/**
 * Stands where CloudFront and the load balancer stand on AWS: routes by the manifests' public routes and answers 404 to
 * all else. Beside that it has pages of its own: /health, /ready, /openapi.json, /docs, /dev/messages.
 * @throws {StartError} when the port can't be had
 */
export async function openEdge(options: EdgeOptions): Promise<Edge> {
  const { port, targets, log } = options
  const route = createRouter(targets)
  const proxy = createProxy(log)
  const pages = getRequestListener(createEdgePages({ ...options, route }).fetch, {
    overrideGlobalObjects: false,
  })
  const state = { draining: false }
  const server = createServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (state.draining) outgoing.setHeader('Connection', 'close')
    const path = plainPath(incoming.url ?? '')
    const target = path === undefined ? undefined : route(path)
    if (path === undefined) sendProblem(outgoing, unknownPath())
    else if (target) proxy.forward(incoming, outgoing, target)
    else void pages(incoming, outgoing)
  })
  await listen(server, port)
  return {
    notReady: () => notReady(targets),
    close: () => {
      state.draining = true
      return closeEdge(server, proxy)
    },
  }
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    const code = errorCode(error)
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    const startOn = (other: number) => `npm start -- --port ${other}`
    const next = port < 65_535 ? port + 1 : port - 1
    throw code === 'EACCES'
      ? new StartError(
          'port_taken',
          `Port ${port} is not for everybody: ports below 1024 need root.`,
          `Take another: ${startOn(8080)}`,
          error,
        )
      : new StartError(
          'port_taken',
          `Port ${port} is taken by another program.`,
          `Stop that program (lsof -i :${port} names it), or take another port: ${startOn(next)}`,
          error,
        )
  }
}

async function closeEdge(server: Server, proxy: Proxy): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  proxy.endStreams()
  // A connection that was busy when the server closed stays open after its answer unless it is told to go.
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
  await closed
  clearInterval(sweep)
  clearTimeout(cut)
  proxy.close()
}

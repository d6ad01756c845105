import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

export interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  status: { code: number }
  attributes: Record<string, unknown>
}

export interface TestCollector extends AsyncDisposable {
  url: string
  /** Paths that were sent to, as often as they were. */
  paths: () => string[]
  spans: () => Span[]
  /** Points of a metric with their attributes, of all exports so far. */
  points: (metric: string) => { attributes: Record<string, unknown>; count?: number }[]
}

/** Plays an OTLP collector over HTTP with JSON. */
export async function testCollector(): Promise<TestCollector> {
  const received: { path: string; body: unknown }[] = []
  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    received.push({ path: request.url ?? '', body: await json(request) })
    response.setHeader('content-type', 'application/json').end('{}')
  }
  const server = createServer((request, response) => void receive(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const all = () => received.map(({ body }) => body)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paths: () => received.map(({ path }) => path),
    spans: () => found(all(), 'spans').map(withAttributes) as unknown as Span[],
    points: metric =>
      found(all(), 'metrics')
        .filter(({ name }) => name === metric)
        .flatMap(entry => found(entry, 'dataPoints'))
        .map(withAttributes) as ReturnType<TestCollector['points']>,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

type Node = Record<string, unknown>

/** The items of every list of this name, however deep. */
function found(value: unknown, list: string): Node[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === list && Array.isArray(inner) ? (inner as Node[]) : found(inner, list),
  )
}

/** OTLP's list of attributes as an object. */
function withAttributes(node: Node): Node {
  const list = (node['attributes'] ?? []) as { key: string; value: Record<string, unknown> }[]
  const attributes = Object.fromEntries(
    list.map(({ key, value }) => [key, Object.values(value)[0]] as const),
  )
  return { ...node, attributes }
}

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type {
  ReservationAnswer,
  ReservationRequest,
  SettledAnswer,
  Shortages,
} from '../inventory/internal-schemas.ts'
import type { ProductLookup, ProductLookupAnswer } from '../products/internal-schemas.ts'
import type { ProductAnswer } from './products-client.ts'

type Items = ReservationRequest['items']

export const CALLEE_TOKEN = 'the-token-that-orders-shows-its-callees'

interface Answer {
  status: number
  body: object
}

export interface Callee {
  url: string
  /** `PUT /internal/...` of every request that came with the right token. */
  calls: () => readonly string[]
  /** How requests end from now on: as they should, with the connection cut, or with this status. */
  failWith: (failure: 'cut' | number | undefined) => void
  /** Runs before each answer. */
  before: (act: (() => Promise<unknown>) | undefined) => void
  close: () => Promise<void>
}

/** A real HTTP server that knows its token, as a service's own `/internal` does. */
async function callee(answer: (call: string, body: unknown) => Answer): Promise<Callee> {
  const calls: string[] = []
  let failure: 'cut' | number | undefined
  let before: (() => Promise<unknown>) | undefined
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = request.method === 'GET' || hasNoBody(request) ? undefined : await json(request)
    if (failure === 'cut') return void response.destroy()
    if (failure !== undefined) return void response.writeHead(failure).end()
    if (request.headers.authorization !== `Bearer ${CALLEE_TOKEN}`)
      return void response.writeHead(401).end()
    const call = `${request.method} ${request.url}`
    calls.push(call)
    const { status, body: sent } = answer(call, body)
    await before?.()
    return void response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify(sent))
  }
  const server = createServer((request, response) => void handle(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: () => calls,
    failWith: value => {
      failure = value
    },
    before: act => {
      before = act
    },
    close: async () => {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

const hasNoBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0'

export interface TestProducts extends Callee {
  products: Map<string, ProductAnswer>
}

/** Plays the products service. */
export async function testProducts(): Promise<TestProducts> {
  const products = new Map<string, ProductAnswer>()
  const server = await callee((call, body) => {
    if (call !== 'POST /internal/products/lookup') return { status: 404, body: {} }
    const { product_ids } = body as ProductLookup
    const found = product_ids.flatMap(id => products.get(id) ?? [])
    return { status: 200, body: { products: found } satisfies ProductLookupAnswer }
  })
  return { ...server, products }
}

interface Kept {
  status: 'held' | 'released' | 'expired'
  items: string
  answer: ReservationAnswer
}

export interface TestInventory extends Callee {
  /** Available, by product. What is not here is endless. */
  stock: Map<string, number>
  reservations: Map<string, Kept>
}

/** Plays the inventory service. */
export async function testInventory(): Promise<TestInventory> {
  const stock = new Map<string, number>()
  const reservations = new Map<string, Kept>()
  const reserve = (orderId: string, items: Items, expiresAt: string): Answer => {
    const kept = reservations.get(orderId)
    if (kept && kept.status !== 'held')
      return refuse('reservation_closed', { reservation_status: kept.status })
    if (kept && kept.items !== JSON.stringify(items)) return refuse('reservation_differs')
    if (kept) return { status: 200, body: kept.answer }
    const shortages: Shortages = items.flatMap(({ product_id, quantity: requested }) => {
      const available = stock.get(product_id) ?? Infinity
      return available < requested ? [{ product_id, requested, available }] : []
    })
    if (shortages.length > 0) return refuse('out_of_stock', { shortages })
    for (const { product_id, quantity } of items) add(stock, product_id, -quantity)
    const answer: ReservationAnswer = {
      order_id: orderId,
      status: 'held',
      expires_at: expiresAt,
      items,
    }
    reservations.set(orderId, { status: 'held', items: JSON.stringify(items), answer })
    return { status: 200, body: answer }
  }
  const release = (orderId: string): Answer => {
    const kept = reservations.get(orderId)
    if (!kept) return { status: 404, body: {} }
    if (kept.status === 'held') {
      for (const { product_id, quantity } of kept.answer.items) add(stock, product_id, quantity)
      kept.status = 'released'
    }
    return {
      status: 200,
      body: { order_id: orderId, status: kept.status } satisfies SettledAnswer,
    }
  }
  const server = await callee((call, body) => {
    const [, method, id = '', act] =
      /^(PUT|POST) \/internal\/reservations\/([^/]+)(?:\/(release))?$/.exec(call) ?? []
    if (method === 'POST' && act === 'release') return release(id)
    const { items, expires_at = '' } = body as ReservationRequest
    return reserve(id, items, expires_at)
  })
  return { ...server, stock, reservations }
}

const refuse = (code: string, more: object = {}): Answer => ({
  status: 409,
  body: { code, ...more },
})

function add(stock: Map<string, number>, id: string, delta: number): void {
  const available = stock.get(id)
  if (available !== undefined) stock.set(id, available + delta)
}

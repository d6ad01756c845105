import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type RequestListener,
  type Server,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type AnyManifest, defineService } from '../../shared/manifest.ts'
import { openEdge } from '../edge/edge.ts'
import { freePort } from '../../shared/process/free-ports.ts'
import { recordingLog } from './recording-log.ts'
import { removeFolder, temporaryFolder } from './temporary-folder.ts'

/** A service under the edge: the test says how it answers. */
export interface Upstream {
  server: Server
  url: string
  answer: (to: RequestListener) => void
}

export interface Answer {
  status: number | undefined
  headers: IncomingMessage['headers']
  body: string
}

interface Sent {
  method?: string
  headers?: OutgoingHttpHeaders
  body?: string
}

/** An edge with users, products and reviews (answered by the server of users) behind it, and orders, which is down. */
export interface TestEdge {
  port: number
  /** Where messages land. */
  mailDir: string
  users: Upstream
  products: Upstream
  send: (path: string, options?: Sent) => Promise<Answer>
  /** From now on each service answers with its name and the path that reached it. */
  echo: () => void
  close: () => Promise<void>
}

export const manifestOf = (name: string, routes: string[]): AnyManifest =>
  defineService({ name, description: `The ${name}`, routes })

export async function testEdge(): Promise<TestEdge> {
  const users = await upstream()
  const products = await upstream()
  const down = await freePort()
  const port = await freePort()
  const mailDir = await temporaryFolder()
  const edge = await openEdge({
    port,
    publicUrl: `http://localhost:${port}`,
    targets: [
      { manifest: manifestOf('users', ['/users', '/users/*', '/auth/*']), url: users.url },
      { manifest: manifestOf('products', ['/products', '/products/*']), url: products.url },
      { manifest: manifestOf('reviews', ['/products/reviews/*']), url: users.url },
      { manifest: manifestOf('orders', ['/orders']), url: `http://127.0.0.1:${down}` },
    ],
    mailDir,
    log: recordingLog(),
  })
  return {
    port,
    mailDir,
    users,
    products,
    send: (path, options) => send(port, path, options),
    echo: () => {
      for (const [name, each] of Object.entries({ users, products }))
        each.answer((incoming, outgoing) => outgoing.end(`${name} ${incoming.url}`))
    },
    close: async () => {
      await edge.close()
      users.server.close()
      products.server.close()
      await removeFolder(mailDir)
    },
  }
}

async function upstream(): Promise<Upstream> {
  let listener: RequestListener = (_, outgoing) => outgoing.end()
  const server = createServer((incoming, outgoing) => listener(incoming, outgoing))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { server, url: `http://127.0.0.1:${port}`, answer: to => void (listener = to) }
}

/** As a client that does not tidy up paths, unlike fetch. */
async function send(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body }: Sent = {},
): Promise<Answer> {
  const outgoing = request({ host: '127.0.0.1', port, path, method, headers, agent: false })
  outgoing.end(body)
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  outgoing.on('error', () => {}) // the answer may close the connection before all of the body is sent
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

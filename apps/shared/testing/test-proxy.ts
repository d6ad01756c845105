import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export interface TestProxy extends AsyncDisposable {
  port: number
  /** Ends all connections and refuses new ones: what stands behind has died. */
  cut: () => Promise<void>
  /** Keeps connections and takes new ones, but nothing comes through any more. */
  hang: () => void
  /** As before, on the same port. */
  mend: () => Promise<void>
}

/** Stands between a client and a server on this machine, for outages. */
export async function testProxy(target: { host: string; port: number }): Promise<TestProxy> {
  const sockets = new Set<Socket>()
  let isHung = false
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
    if (isHung) socket.pause()
  }
  const listener = (client: Socket) => {
    const server = connect(target)
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      keep(from)
      from.on('data', chunk => void to.write(chunk)).once('close', () => to.destroy())
    }
    if (isHung) client.pause()
  }
  let server = await listen(listener, 0)
  const { port } = server.address() as AddressInfo
  const cut = async () => {
    if (!server.listening) return
    for (const socket of sockets) socket.destroy()
    await once(server.close(), 'close')
  }
  return {
    port,
    cut,
    hang: () => {
      isHung = true
      for (const socket of sockets) socket.pause()
    },
    mend: async () => {
      isHung = false
      for (const socket of sockets) socket.resume()
      if (!server.listening) server = await listen(listener, port)
    },
    [Symbol.asyncDispose]: cut,
  }
}

async function listen(listener: (client: Socket) => void, port: number): Promise<Server> {
  const server = createServer(listener).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

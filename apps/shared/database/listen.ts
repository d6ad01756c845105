import pg from 'pg'
import { keepTrying, pause } from '../bus/keep-trying.ts'
import type { DatabaseConfig } from '../config.ts'
import { tlsOf } from './database-connection.ts'
import type { Log } from '../process/log.ts'

export interface ListenOptions {
  database: Pick<DatabaseConfig, 'url' | 'iamRegion'>
  /** Name of the connection. */
  name: string
  channel: string
  log: Log
  /** The payload of a NOTIFY; undefined after each connect, since some may have been missed before. */
  onNotify: (payload: string | undefined) => void
  /** How often it is seen whether the server still answers. @default 15000 */
  heartbeatMs?: number
}

const CONNECT_TIMEOUT_MS = 3_000
const QUERY_TIMEOUT_MS = 5_000
const HEARTBEAT_MS = 15_000
/** Before the next connection, when one was lost. */
const LOST_MS = 200
const END_MS = 500

/** Hears every NOTIFY on a channel over a connection of its own, which is opened again whenever it is lost. */
export function listen(options: ListenOptions): () => Promise<void> {
  const { channel, log, heartbeatMs = HEARTBEAT_MS } = options
  const stopping = new AbortController()
  const { signal } = stopping
  const listening = (async () => {
    while (!signal.aborted) {
      const client = await keepTrying(signal, log, `listening on ${channel}`, () =>
        connect(options),
      )
      if (client) await untilLost(client, signal, heartbeatMs)
      await pause(LOST_MS, signal)
    }
  })()
  return async () => {
    stopping.abort()
    await listening
  }
}

async function connect({ database, name, channel, onNotify }: ListenOptions): Promise<pg.Client> {
  const { url, iamRegion } = database
  const client = new pg.Client({
    connectionString: url.split('?')[0] ?? url,
    ssl: tlsOf(new URL(url)),
    ...(iamRegion !== undefined && { password: await iamLogin(url, iamRegion) }),
    application_name: name,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
  })
  client.on('error', () => {}) // it ends the connection, too
  try {
    await client.connect()
    client.on('notification', ({ payload }) => onNotify(payload ?? ''))
    await client.query(`listen ${client.escapeIdentifier(channel)}`)
    onNotify(undefined)
    return client
  } catch (error) {
    await end(client)
    throw error
  }
}

/** A connection that was cut somewhere on the way says nothing, for hours: so it is asked. */
async function untilLost(client: pg.Client, stop: AbortSignal, heartbeatMs: number): Promise<void> {
  const lost = new AbortController()
  client.once('end', () => lost.abort())
  const over = AbortSignal.any([stop, lost.signal])
  while (!over.aborted) {
    await pause(heartbeatMs, over)
    if (!over.aborted) await client.query('select 1').catch(() => lost.abort())
  }
  await end(client)
}

/** Does not wait for the goodbye of a server that says nothing. */
async function end(client: pg.Client): Promise<void> {
  await Promise.race([client.end(), pause(END_MS)])
  client.connection.stream.destroy()
}

/** Loaded where it is used: a laptop and the tests start without the AWS SDK. */
async function iamLogin(url: string, region: string): Promise<string> {
  const { iamPassword } = await import('./database-login.ts')
  return iamPassword(url, region)()
}

import pg from 'pg'
import { keepTrying } from './bus/keep-trying.ts'
import type { DatabaseConfig } from './config.ts'
import { tlsOf } from './database-connection.ts'
import type { Log } from './log.ts'

export interface ListenOptions {
  database: Pick<DatabaseConfig, 'url' | 'iamRegion'>
  /** Name of the connection. */
  name: string
  channel: string
  log: Log
  /** The payload of a NOTIFY; undefined after each connect, since some may have been missed before. */
  onNotify: (payload: string | undefined) => void
}

const CONNECT_TIMEOUT_MS = 3_000

/** Hears every NOTIFY on a channel over a connection of its own, which is opened again whenever it is lost. */
export function listen(options: ListenOptions): () => Promise<void> {
  const stopping = new AbortController()
  const listening = (async () => {
    while (!stopping.signal.aborted)
      await keepTrying(stopping.signal, options.log, `listening on ${options.channel}`, () =>
        listenOnce(options, stopping.signal),
      )
  })()
  return async () => {
    stopping.abort()
    await listening
  }
}

/** Until the connection is lost, or it is stopped. */
async function listenOnce(options: ListenOptions, stop: AbortSignal): Promise<void> {
  const { database, name, channel, onNotify } = options
  const client = new pg.Client({
    connectionString: database.url.split('?')[0] ?? database.url,
    ssl: tlsOf(new URL(database.url)),
    ...(database.iamRegion !== undefined && {
      password: await iamLogin(database.url, database.iamRegion),
    }),
    application_name: name,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  })
  const lost = new Promise<void>(resolve => {
    client.once('end', resolve)
    client.on('error', () => resolve()) // an error ends the connection; the next one is made
    stop.addEventListener('abort', () => resolve(), { once: true })
  })
  try {
    await client.connect()
    client.on('notification', ({ payload }) => onNotify(payload ?? ''))
    await client.query(`listen ${client.escapeIdentifier(channel)}`)
    onNotify(undefined)
    await lost
  } finally {
    await client.end()
  }
}

/** Loaded where it is used: a laptop and the tests start without the AWS SDK. */
async function iamLogin(url: string, region: string): Promise<string> {
  const { iamPassword } = await import('./database-login.ts')
  return iamPassword(url, region)()
}

import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

/** What to send; the parent hands it over as the one argument, and on stdin the paths to ask for in turn, if any. */
export interface Load {
  url: string
  headers?: Record<string, string>
  seconds: number
}

/** What came of it; a failure is an answer that is not 2xx, or none. */
export interface Answered {
  perSecond: number
  failed: number
}

const CONNECTIONS = 16
/** Of `content-length`, however it is spelled. */
const LENGTH = 'ength: '
const STATUS_AT = 'HTTP/1.1 '.length

/** Status and size, head included, of an answer that starts `chunk`. */
function headOf(chunk: Buffer): { isOk: boolean; bytes: number } {
  const bodyAt = chunk.indexOf('\r\n\r\n') + 4
  const lengthAt = chunk.indexOf(LENGTH) + LENGTH.length
  if (bodyAt < 4 || lengthAt < LENGTH.length)
    throw new Error(`no answer with a content-length: ${chunk.toString('latin1', 0, 400)}`)
  const length = Number.parseInt(chunk.toString('latin1', lengthAt, lengthAt + 10), 10)
  return { isOk: chunk[STATUS_AT] === 0x32, bytes: bodyAt + length }
}

/**
 * One request after the other on each connection. By bare sockets: a client that takes longer for a request than the
 * server measures itself, and autocannon did.
 */
async function load(
  { url, headers = {}, seconds }: Load,
  paths: readonly string[],
): Promise<Answered> {
  const { hostname, port, host, pathname, search } = new URL(url)
  const tail = Object.entries({ host, ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
  const asked = paths.length > 0 ? paths : [pathname + search]
  let sent = 0
  const next = () => `GET ${asked[sent++ % asked.length]} HTTP/1.1\r\n${tail}\r\n`
  const counts = { answered: 0, failed: 0 }
  const started = performance.now()
  const endAt = started + seconds * 1000
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write(next(), 'latin1'))
      let missing = 0
      socket.on('data', chunk => {
        if (missing === 0) {
          const { isOk, bytes } = headOf(chunk)
          if (!isOk) counts.failed++
          missing = bytes
        }
        missing -= chunk.length
        if (missing > 0) return
        counts.answered++
        if (performance.now() < endAt) socket.write(next(), 'latin1')
        else socket.end()
      })
      socket.on('error', reject)
      socket.on('close', () => {
        if (performance.now() < endAt) counts.failed++
        resolve()
      })
    })
  await Promise.all(Array.from({ length: CONNECTIONS }, one))
  return {
    perSecond: (counts.answered / (performance.now() - started)) * 1000,
    failed: counts.failed,
  }
}

// A process of its own, so that it can be pinned to another core than the server.
if (import.meta.main) {
  const given = JSON.parse(process.argv[2] ?? '') as Load
  const paths = JSON.parse(await text(process.stdin)) as string[]
  process.stdout.write(JSON.stringify(await load(given, paths)))
}

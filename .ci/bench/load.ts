import { text } from 'node:stream/consumers'
import autocannon from 'autocannon'

/** What to send; the parent hands it over as the one argument, and on stdin the paths to ask for in turn, if any. */
export interface Load {
  url: string
  headers?: Record<string, string>
  seconds: number
}

// A process of its own, so that it can be pinned to another core than the server.
if (import.meta.main) {
  const { url, headers = {}, seconds } = JSON.parse(process.argv[2] ?? '') as Load
  const paths = JSON.parse(await text(process.stdin)) as string[]
  let sent = 0
  const result = await autocannon({
    url,
    headers,
    connections: 16,
    duration: seconds,
    ...(paths.length > 0 && {
      requests: [
        { setupRequest: request => ({ ...request, path: paths[sent++ % paths.length] ?? '/' }) },
      ],
    }),
  })
  process.stdout.write(
    JSON.stringify({ perSecond: result.requests.average, failed: result.non2xx + result.errors }),
  )
}

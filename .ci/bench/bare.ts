import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'

/** What the yardstick answers, by the first segment of the path. */
export type Answers = Record<string, { headers: Record<string, string>; body: string }>

// The yardstick: Node's own server, the same bytes. Run with the port, and with the answers on stdin.
if (import.meta.main) {
  const answers = (await json(process.stdin)) as Answers
  createServer(({ url = '' }, response) => {
    const end = url.indexOf('/', 1)
    const { headers, body } = answers[end === -1 ? url : url.slice(0, end)] ?? {
      headers: {},
      body: '',
    }
    response.writeHead(200, headers)
    response.end(body)
  }).listen(Number(process.argv[2]), '127.0.0.1')
}

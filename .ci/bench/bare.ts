import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'

/** What the yardstick answers, by path. */
export type Answers = Record<string, { headers: Record<string, string>; body: string }>

// The yardstick: Node's own server, the same bytes. Run with the port, and with the answers on stdin.
if (import.meta.main) {
  const answers = (await json(process.stdin)) as Answers
  createServer((request, response) => {
    const { headers, body } = answers[request.url ?? ''] ?? { headers: {}, body: '' }
    response.writeHead(200, headers)
    response.end(body)
  }).listen(Number(process.argv[2]), '127.0.0.1')
}

import { createServer } from 'node:http'

// The yardstick: Node's own server, one header, the same bytes.
const [port = '', body = ''] = process.argv.slice(2)
createServer((_, response) => {
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}).listen(Number(port), '127.0.0.1')

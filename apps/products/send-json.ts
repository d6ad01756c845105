import { isFresh } from '../shared/etag.ts'

interface Context {
  req: { header: (name: string) => string | undefined }
  body: (text: string | null, status: 200 | 201 | 304, headers: Record<string, string>) => Response
}

export interface JsonText {
  json: string
  etag: string
  /** For browsers and the CDN; undefined: only who asked may keep it, and must ask again. */
  maxAgeSeconds: number | undefined
  headers?: Record<string, string>
}

/** Sends JSON text as it is, or 304 when the client has it. Plain headers in one object: node-server's fast path. */
export function sendJson(c: Context, { json, etag, maxAgeSeconds, headers }: JsonText): Response {
  const all = {
    ...headers,
    ETag: etag,
    'Cache-Control':
      maxAgeSeconds === undefined ? 'private, no-cache' : `public, max-age=${maxAgeSeconds}`,
    Vary: 'Authorization, Origin',
  }
  if (isFresh(c.req.header('if-none-match'), etag)) return c.body(null, 304, all)
  return c.body(json, 200, { ...all, 'Content-Type': 'application/json' })
}

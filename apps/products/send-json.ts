import { isFresh } from '../shared/http/etag.ts'

interface Context {
  req: { header: (name: string) => string | undefined }
}

export interface JsonText {
  json: string
  etag: string
  /** For browsers and the CDN; undefined: only who asked may keep it, and must ask again. */
  maxAgeSeconds: number | undefined
  headers?: Record<string, string>
}

/**
 * Sends JSON text as it is, or 304 when the client has it. A `Response` with plain headers is what node-server writes
 * without a detour; Hono's `c.body` would make `Headers` of them.
 */
export function sendJson(c: Context, { json, etag, maxAgeSeconds, headers }: JsonText): Response {
  const cacheControl =
    maxAgeSeconds === undefined ? 'private, no-cache' : `public, max-age=${maxAgeSeconds}`
  const all = { ...headers, etag, 'cache-control': cacheControl, vary: 'Authorization, Origin' }
  if (isFresh(c.req.header('if-none-match'), etag))
    return new Response(null, { status: 304, headers: all })
  return new Response(json, {
    status: 200,
    headers: { ...all, 'content-type': 'application/json' },
  })
}

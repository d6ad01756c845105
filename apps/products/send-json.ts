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
  const { 'content-type': type, ...all } = { ...headers, ...jsonHeaders(etag, maxAgeSeconds) }
  if (isFresh(c.req.header('if-none-match'), etag))
    return new Response(null, { status: 304, headers: all })
  return new Response(json, { status: 200, headers: { ...all, 'content-type': type } })
}

/** @param maxAgeSeconds as in `JsonText` */
export const jsonHeaders = (etag: string, maxAgeSeconds: number | undefined) => ({
  etag,
  'cache-control':
    maxAgeSeconds === undefined ? 'private, no-cache' : `public, max-age=${maxAgeSeconds}`,
  vary: 'Authorization, Origin',
  'content-type': 'application/json',
})

import type { Auth } from '../shared/auth/auth.ts'
import type { Cache } from '../shared/cache/cache.ts'
import type { Shortcut } from '../shared/http/shortcut.ts'
import { type Entry, textOf } from './find-product.ts'
import { jsonHeaders } from './send-json.ts'

const PREFIX = '/products/'
const URL_CHARS = PREFIX.length + 36

/**
 * `GET /products/{product_id}` of a product that this process has in memory and that anybody may see, for who sends no
 * token or one that verified just now.
 */
export const hotProduct =
  (cache: Cache, auth: Pick<Auth, 'knownCaller'>, publicMaxAgeSeconds: number): Shortcut =>
  (url, authorization) => {
    if (url.length !== URL_CHARS || !url.startsWith(PREFIX)) return undefined
    const entry: Entry | undefined = cache.peek(url.slice(PREFIX.length))
    if (entry === undefined || !entry.startsWith('+')) return undefined
    if (authorization !== undefined && !auth.knownCaller(authorization)) return undefined
    const { json, etag } = textOf(entry)
    const headers = {
      ...jsonHeaders(etag, authorization === undefined ? publicMaxAgeSeconds : undefined),
      'content-length': Buffer.byteLength(json),
    }
    return { route: '/products/:product_id', headers, body: json }
  }

import type { Auth } from '../shared/auth/auth.ts'
import type { Cache } from '../shared/cache/cache.ts'
import { type ReadyAnswer, readyText, type Shortcut } from '../shared/http/shortcut.ts'
import { isUuid } from '../shared/http/validation.ts'
import { type EntryOf, findProduct, type KnownProduct, visible } from './find-product.ts'
import { jsonHeaders } from './send-json.ts'

const PREFIX = '/products/'
const URL_CHARS = PREFIX.length + 36

interface HotProducts {
  cache: Cache<KnownProduct>
  entryOf: EntryOf
  auth: Pick<Auth, 'knownCaller'>
  publicMaxAgeSeconds: number
}

/** `GET /products/{product_id}`, for who sends no token or one that verified just now. */
export const hotProduct = (deps: HotProducts): Shortcut => ({
  route: '/products/:product_id',
  answer: (url, authorization) => {
    if (url.length !== URL_CHARS || !url.startsWith(PREFIX)) return undefined
    const id = url.slice(PREFIX.length)
    const caller = authorization === undefined ? undefined : deps.auth.knownCaller(authorization)
    if (authorization !== undefined && caller === undefined) return undefined
    const maxAgeSeconds = caller === undefined ? deps.publicMaxAgeSeconds : undefined
    const seesInactive = caller?.role === 'admin'
    const known = deps.cache.known(id)
    if (known) return readyProduct(visible(known, seesInactive), maxAgeSeconds)
    if (!isUuid(id)) return undefined
    const product = findProduct(deps, id.toLowerCase(), seesInactive)
    return product instanceof Promise
      ? product.then(found => readyProduct(found, maxAgeSeconds))
      : readyProduct(product, maxAgeSeconds)
  },
})

/** @param maxAgeSeconds as in `jsonHeaders` */
function readyProduct(
  { etag, json, ready }: KnownProduct,
  maxAgeSeconds: number | undefined,
): ReadyAnswer {
  if (maxAgeSeconds === undefined)
    return (ready.forCaller ??= readyText(json, jsonHeaders(etag, undefined)))
  return (ready.forAll ??= readyText(json, jsonHeaders(etag, maxAgeSeconds)))
}

import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { RequestContext } from './request-context.ts'

/**
 * In lower case, as node-server writes names, so that an answer's own value replaces the one here. Each costs 1 % of a
 * cached answer, so these are the ones that matter for an API; CloudFront adds what web pages need.
 */
export const COMMON_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  vary: 'Origin',
}

export const EVENT_STREAM = 'text/event-stream'

/**
 * An answer with what every answer has. A class, since closures made for each request cost a cached answer several per
 * cent; all headers reach Node in one object, since setting them one by one costs as much as the rest of the answer.
 */
export class ServiceResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  /** Set as soon as the request is there. */
  context: RequestContext | undefined
  /** Of the server: while it drains, each answer closes its connection. */
  server: { readonly draining: boolean } | undefined

  override writeHead(
    status: number,
    reason?: string | OutgoingHttpHeaders | unknown[],
    headers?: OutgoingHttpHeaders | unknown[],
  ): this {
    const own = (typeof reason === 'string' ? headers : reason) as OutgoingHttpHeaders | undefined
    if (this.context === undefined) return super.writeHead(status, own)
    if (own?.['content-type'] === EVENT_STREAM)
      this.context.streamedAfterMs = performance.now() - this.context.startedAt
    const all: OutgoingHttpHeaders = {
      ...COMMON_HEADERS,
      'x-request-id': this.context.requestId,
      ...own,
    }
    if (this.server?.draining) all['connection'] = 'close'
    return super.writeHead(status, all)
  }

  /** @param headers names and values in turn, common ones included; only the request's id is added */
  writeReady(status: number, headers: readonly string[]): void {
    const all = [...headers, 'x-request-id', this.context?.requestId ?? '']
    if (this.server?.draining) all.push('connection', 'close')
    super.writeHead(status, all)
  }
}

/** One field that a request got wrong. `location`: body, query, path or header; `field`: dotted path, empty for the whole. */
export interface FieldError {
  location: 'body' | 'query' | 'path' | 'header'
  field: string
  message: string
}

export type ErrorStatus =
  | 400
  | 401
  | 403
  | 404
  | 405
  | 409
  | 412
  | 413
  | 415
  | 422
  | 428
  | 429
  | 500
  | 502
  | 503

interface ErrorOptions {
  cause?: unknown
  headers?: Record<string, string>
  errors?: readonly FieldError[]
  /** Members of the problem document beside its own, for what a client acts upon: `{ shortages: [...] }`. */
  extensions?: Readonly<Record<string, unknown>>
}

/** The only error whose text reaches a caller. `code` is stable: clients may branch on it. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: string
  readonly status: ErrorStatus
  readonly headers: Readonly<Record<string, string>>
  readonly errors: readonly FieldError[] | undefined
  readonly extensions: Readonly<Record<string, unknown>>

  constructor(code: string, status: ErrorStatus, message: string, options: ErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.status = status
    this.headers = options.headers ?? {}
    this.errors = options.errors
    this.extensions = options.extensions ?? {}
  }
}

export const notFound = (what: string): AppError =>
  new AppError(`${what.toLowerCase().replaceAll(' ', '_')}_not_found`, 404, `${what} not found`)

/** A dependency is down or slow: try again after `retryAfterSeconds`. */
export const unavailable = (message: string, cause?: unknown, retryAfterSeconds = 2): AppError =>
  new AppError('unavailable', 503, message, {
    cause,
    headers: { 'Retry-After': String(retryAfterSeconds) },
  })

/** A request that can't be read as what the endpoint takes: 422 with every failing field. */
export const invalid = (errors: readonly FieldError[]): AppError =>
  new AppError('validation_failed', 422, summary(errors), { errors })

const summary = (errors: readonly FieldError[]): string =>
  errors.length === 1 ? '1 field is not valid' : `${errors.length} fields are not valid`

const TITLES: Record<ErrorStatus, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
}

/** RFC 9457 problem document; `detail` is what the reference sent as its message. */
export interface Problem {
  type: 'about:blank'
  title: string
  status: ErrorStatus
  detail: string
  code: string
  request_id?: string
  errors?: readonly FieldError[]
}

export const PROBLEM_TYPE = 'application/problem+json'

export const problemOf = (error: AppError, requestId?: string): Problem => ({
  ...error.extensions,
  type: 'about:blank',
  title: TITLES[error.status],
  status: error.status,
  detail: error.message,
  code: error.code,
  ...(requestId !== undefined && { request_id: requestId }),
  ...(error.errors && { errors: error.errors }),
})

export const problemResponse = (error: AppError, requestId?: string): Response =>
  new Response(JSON.stringify(problemOf(error, requestId)), {
    status: error.status,
    headers: { ...error.headers, 'Content-Type': PROBLEM_TYPE },
  })

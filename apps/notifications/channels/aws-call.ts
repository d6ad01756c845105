import { NotSent, type Verdict } from './channel.ts'

/** For one call, connecting included. A try that took longer may have been sent all the same. */
export const CALL_TIMEOUT_MS = 8_000

/** Of every client: the deliveries themselves are tried again, at better times than within one call. */
export const CLIENT_OPTIONS = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: CALL_TIMEOUT_MS },
} as const

export const timeLimit = () => ({ abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS) })

interface ServiceError {
  name: string
  message: string
  $metadata?: { httpStatusCode?: number }
}

/** Translates an error of the SDK. `verdicts`: by the error's name, for what more tries can't help. */
export function notSent(
  error: unknown,
  verdicts: (error: ServiceError) => Verdict | undefined,
): NotSent {
  if (!(error instanceof Error)) throw error
  const { name, $metadata } = error as ServiceError
  const status = $metadata?.httpStatusCode
  const verdict = verdicts(error) ?? 'later'
  return new NotSent(verdict, status === undefined ? name : `${name} (${status})`, error)
}

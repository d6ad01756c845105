import type { Answer } from '../shared/clients/client.ts'
import { unavailable } from '../shared/http/errors.ts'

/** What can't be understood: a fault of the callee is an outage for the caller, anything else a fault of ours. */
export async function unexpectedAnswer(service: string, response: Answer): Promise<Error> {
  const { status } = response
  const cause = new Error(`${service} answered ${status}: ${(await response.text()).slice(0, 500)}`)
  return status >= 500 ? unavailable(`${service} has a problem; try again shortly`, cause) : cause
}

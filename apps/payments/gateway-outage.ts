import { unavailable } from '../shared/http/errors.ts'
import { GatewayUnanswered } from './gateway.ts'

/** For what the client has to try again because the gateway does not answer. @throws {AppError} 503 then */
export async function whileAnswering<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof GatewayUnanswered)
      throw unavailable('The payment gateway does not answer; try again shortly', error)
    throw error
  }
}

/** Why a service gave no answer; the message goes behind its name. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

/**
 * Asks a service directly, as a load balancer's probe does.
 * @throws {NoAnswer} when it does not answer
 */
export async function askService(
  url: string,
  timeoutMs: number,
): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url, {
      // A connection kept for the next question would make a stopping service wait for it.
      headers: { Connection: 'close' },
      signal: AbortSignal.timeout(timeoutMs),
    })
    return { status: response.status, text: await response.text() }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError')
      throw new NoAnswer(`does not answer within ${timeoutMs / 1000} s`, { cause: error })
    if (error instanceof TypeError && error.cause !== undefined)
      throw new NoAnswer('is not running', { cause: error })
    throw error
  }
}

import { isWire, Struct, type Wire } from './sdk.ts'

/** How a monitor's method answers the SDK. */
export type Reply = (error: Error | null, response?: unknown) => void

/** As gRPC does: not in the same turn, and an error has `details`. */
export function respond(reply: Reply, make: () => unknown): void {
  setImmediate(() => {
    let response: unknown
    try {
      response = make()
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error))
      return reply(Object.assign(failure, { details: failure.message }))
    }
    reply(null, response)
  })
}

export const toWire = (struct: { toJavaScript(): unknown } | undefined): Wire => {
  const value = struct?.toJavaScript()
  return isWire(value) ? value : {}
}

/** Struct refuses undefined. */
export const toStruct = (value: Wire) => {
  const plain: unknown = JSON.parse(JSON.stringify(value))
  return Struct.fromJavaScript(isWire(plain) ? (plain as Record<string, never>) : {})
}

/** Node's type leaves out that a call site writes itself. */
interface Frame {
  getFunctionName(): string | null
  toString(): string
}

/**
 * The SDK writes a stack trace to each of thousands of promises, in case one never ends: a sixth of a preview's time.
 * Leaves them out. For the whole process.
 */
export function skipPromiseTraces(): void {
  Error.prepareStackTrace = (error, frames: Frame[]) =>
    frames[0]?.getFunctionName() === 'debuggablePromise'
      ? ''
      : [String(error), ...frames.map(frame => `    at ${frame.toString()}`)].join('\n')
}

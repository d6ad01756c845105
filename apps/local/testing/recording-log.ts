import type { RunnerLog } from '../log.ts'

/** Keeps what the runner said, line by line. */
export function recordingLog(): RunnerLog & { lines: string[] } {
  const lines: string[] = []
  const add = (message: string) => void lines.push(message)
  return { lines, info: add, warn: add, error: add }
}

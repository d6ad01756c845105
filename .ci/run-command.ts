import { FAILED, MISUSED, UNREACHABLE, UnreachableError, UsageError } from './command-line.ts'

/** Runs a command: its exit code, and what is told of its errors. */
export async function runCommand(
  usage: string,
  command: () => number | Promise<number>,
): Promise<void> {
  try {
    process.exitCode = await command()
  } catch (error) {
    // A mistake of ours: it shows where.
    if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError)
      throw error
    process.stderr.write(`${saidOf(error)}\n`)
    if (error instanceof UsageError) process.stderr.write(`\n${usage}\n`)
    process.exitCode = codeOf(error)
  }
}

function codeOf(error: Error): number {
  if (error instanceof UsageError) return MISUSED
  return error instanceof UnreachableError ? UNREACHABLE : FAILED
}

/** The message of a command of Pulumi that failed begins with its exit code and repeats all of its output. */
const saidOf = ({ message }: Error): string =>
  /^code: -?\d+\n/.test(message)
    ? `pulumi failed: ${/error: [^\n]*/.exec(message)?.[0] ?? 'the reasons are above'}`
    : message

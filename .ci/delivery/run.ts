import { FAILED, MISUSED, UNREACHABLE, UnreachableError, UsageError } from '../command-line.ts'

/** Runs a command of this folder: errors of the engine have been printed by it, and are said in one line. */
export async function run(usage: string, command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const misused = error instanceof UsageError
    // The message of a failed command of Pulumi repeats its whole output.
    const [first = ''] = error.message.split('\n')
    process.stderr.write(`${misused ? `${error.message}\n\n${usage}` : first}\n`)
    const away = error instanceof UnreachableError
    process.exitCode = misused ? MISUSED : away ? UNREACHABLE : FAILED
  }
}

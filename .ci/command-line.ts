import { parseArgs } from 'node:util'

/** Something must be put right. */
export const FAILED = 1
/** Called the wrong way. */
export const MISUSED = 2

/** What the command needs is not there: a registry, a daemon. Nothing is known then, which is no success. */
export const UNREACHABLE = 3

/** Needs something that does not answer. */
export class UnreachableError extends Error {}

/** The message says what was given, and what is allowed. */
export class UsageError extends Error {}

/**
 * `--name VALUE` for each of these names; nothing else is taken.
 * @throws UsageError
 */
export function optionsOf<Name extends string>(
  argv: string[],
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const options = Object.fromEntries(names.map(name => [name, { type: 'string' as const }]))
  try {
    return parseArgs({ args: argv, options }).values as Partial<Record<Name, string>>
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new UsageError(error.message, { cause: error })
  }
}

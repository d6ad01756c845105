import { readFileSync } from 'node:fs'

/** Says which variable, and what to do; never a value. */
export class SecretFileError extends Error {
  override readonly name = 'SecretFileError'
}

/**
 * A secret: the variable `NAME`, or the content of the file that `NAME_FILE` names, which is how compose and Kubernetes
 * hand secrets over. An empty variable is none.
 * @throws {SecretFileError} when both are given, or the file can't be read
 */
export function secretText(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
): string | undefined {
  const variable = `${name}_FILE`
  const [given, file] = [env[name] || undefined, env[variable] || undefined]
  if (file === undefined) return given
  if (given !== undefined)
    throw new SecretFileError(`${name} and ${variable} are both given: leave one out`)
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '') || undefined
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new SecretFileError(
      `${variable} is ${JSON.stringify(file)}, which can't be read (${code})`,
      { cause: error },
    )
  }
}

/** Null, and one problem more, where it can't be read. */
export function readSecret(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  problems: string[],
): string | null | undefined {
  try {
    return secretText(env, name)
  } catch (error) {
    if (!(error instanceof SecretFileError)) throw error
    problems.push(error.message)
    return null
  }
}

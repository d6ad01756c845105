import { isAbsolute, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RunError } from '@pulumi/pulumi/errors.js'

/** The first failure as an error: those after it follow from it. */
export const firstError = (failures: readonly unknown[]): Error => {
  const [first] = failures
  return first instanceof Error ? first : new Error(`the program threw ${String(first)}`)
}

/** Files that run the program; tests beside them hold programs of their own. */
const isOwn = (path: string): boolean =>
  path.startsWith(`${import.meta.dirname}/`) && !path.endsWith('.test.ts')

/**
 * Where in the program an error arose, such as `platform/cache.ts:31:5`; undefined where no frame of its stack is the
 * program's, and for what Pulumi shows without a stack, such as a mistake in the stack file.
 */
export function placeOf(error: Error, root: string): string | undefined {
  const isShownBare: boolean = RunError.isInstance(error)
  if (isShownBare) return undefined
  for (const [, location = ''] of (error.stack ?? '').matchAll(
    /^ +at (?:.*\()?(\S+:\d+:\d+)\)?$/gm,
  )) {
    const path = location.startsWith('file:') ? fileURLToPath(location) : location
    const file = path.replace(/:\d+:\d+$/, '')
    if (isAbsolute(file) && !file.includes('/node_modules/') && !isOwn(file))
      return relative(root, path)
  }
  return undefined
}

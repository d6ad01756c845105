import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Outputs that a resource always has, by name, with the TypeScript type that its class declares. */
export type OutputShape = ReadonlyMap<string, string>

const require = createRequire(import.meta.url)
const shapes = new Map<string, OutputShape>()

/**
 * Reads the class's own declaration file: exact for the installed version, and some milliseconds for a whole program.
 * An output that may be missing (`| undefined`) is left out, as is everything of a class that is not installed.
 */
export function outputShape(type: string): OutputShape {
  const known = shapes.get(type)
  if (known) return known
  const shape = new Map<string, string>()
  for (const [, name, output] of declaration(type).matchAll(
    /^ {4}(?:declare )?readonly (\w+): pulumi\.Output<((?:\{[^}]*\}|[^;{])*)>;$/gm,
  ))
    if (name && output && !output.endsWith('| undefined')) shape.set(name, output)
  shapes.set(type, shape)
  return shape
}

/** `aws:rds/instance:Instance` -> the text of `@pulumi/aws/rds/instance.d.ts` */
function declaration(type: string): string {
  const [pkg = '', module = '', name = ''] = type.split(':')
  const root = packageRoot(pkg)
  if (!root) return ''
  const own = `${name.charAt(0).toLowerCase()}${name.slice(1)}.d.ts`
  const candidates = [`${module.replace(/^index\//, '')}.d.ts`, join(module, own), own]
  const file = candidates.map(path => join(root, path)).find(path => existsSync(path))
  return file ? readFileSync(file, 'utf8') : ''
}

function packageRoot(pkg: string): string | undefined {
  try {
    return dirname(require.resolve(`@pulumi/${pkg}/package.json`))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

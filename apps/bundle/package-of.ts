import { join, sep } from 'node:path'

const FOLDER = `${sep}node_modules${sep}`

/** The folder of the package that a file belongs to; undefined for our own. */
export function packageOf(file: string): string | undefined {
  const start = file.lastIndexOf(FOLDER)
  if (start === -1) return undefined
  const [scope = '', name = ''] = file.slice(start + FOLDER.length).split(sep)
  return join(
    file.slice(0, start + FOLDER.length),
    scope.startsWith('@') ? join(scope, name) : scope,
  )
}

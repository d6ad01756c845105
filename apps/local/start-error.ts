export type StartErrorCode =
  | 'bad_option'
  | 'already_running'
  | 'folder_unusable'
  | 'no_space'
  | 'other_major'
  | 'port_taken'
  | 'unsupported_machine'
  | 'postgres_failed'
  | 'migration_failed'
  | 'bundle_failed'

/** Why the platform can't start: what was found, and what to do about it. Its message is meant for the terminal. */
export class StartError extends Error {
  override readonly name = 'StartError'
  readonly code: StartErrorCode

  constructor(code: StartErrorCode, found: string, remedy: string, cause?: unknown) {
    super(`${found}\n${remedy}`, { cause })
    this.code = code
  }
}

const MINE = 'Make it yours (sudo chown -R "$(id -u)" <folder>), or name another'
const OTHER = 'Name another'

const WHY: Record<string, { why: string; remedy: string }> = {
  EACCES: { why: 'access is denied', remedy: MINE },
  EPERM: { why: 'access is denied', remedy: MINE },
  EROFS: { why: 'the file system is read-only', remedy: OTHER },
  ENOENT: { why: 'its place is not there', remedy: OTHER },
  ENOTDIR: { why: 'a part of the path is a file', remedy: OTHER },
  EEXIST: { why: 'a file is there already', remedy: OTHER },
  EISDIR: { why: 'it is a folder', remedy: OTHER },
  ELOOP: { why: 'its symbolic links go in circles', remedy: OTHER },
}

/** Translates the errors of a folder that we can't use; anything else comes back as it was. */
export function folderError(error: unknown, path: string): unknown {
  const code = errorCode(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') return noSpace(path, error)
  const known = code === undefined ? undefined : WHY[code]
  if (known === undefined) return error
  return new StartError(
    'folder_unusable',
    `The data folder can't be used: ${path}: ${known.why}.`,
    `${known.remedy}: npm start -- --data DIR`,
    error,
  )
}

export const noSpace = (path: string, cause?: unknown, freeMiB?: number): StartError =>
  new StartError(
    'no_space',
    `No space left on the disk of ${path}${freeMiB === undefined ? '' : ` (${freeMiB} MiB free)`}.`,
    'Free at least 300 MiB, or keep the data on another disk: npm start -- --data DIR',
    cause,
  )

export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined

import { hash } from 'node:crypto'
import { AppError } from './errors.ts'

export const etagOf = (text: string): string => `"${hash('sha1', text, 'base64url')}"`

/** Tags of an If-Match or If-None-Match list; `W/` does not count in the comparison of either here. */
const holds = (header: string, etag: string): boolean =>
  header.trim() === '*' ||
  header.split(',').some(tag => tag.trim().replace(/^W\//, '') === etag.replace(/^W\//, ''))

/** Whether the client has this version already: answer 304. */
export const isFresh = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch !== undefined && holds(ifNoneMatch, etag)

/** @throws {AppError} 412 when the client means to change another version than the present one */
export function requireMatch(ifMatch: string | undefined, etag: string): void {
  if (ifMatch === undefined || holds(ifMatch, etag)) return
  throw new AppError(
    'version_changed',
    412,
    `If-Match is ${ifMatch.slice(0, 100)} but the present version is ${etag}; read it again`,
    { headers: { ETag: etag } },
  )
}

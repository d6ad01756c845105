import { createHash, randomBytes } from 'node:crypto'
import type { AnyManifest } from '../../../apps/shared/manifest.ts'
import { cacheAccess } from '../../data/cache-access.ts'
import type { System } from '../../system.ts'

/** Value of each password, token and key by its name; the same name always has the same value. */
export type Atoms = (name: string) => string

/** A file by its name in the folder of secrets. */
export type SecretFiles = Readonly<Record<string, string>>

/** 32 random bytes: a password, a token, or a key of AES-256. */
export const newAtom = (): string => randomBytes(32).toString('base64')

/** What may stand in a URL; an atom's base64 may not. */
const inUrl = (atom: string): string => encodeURIComponent(atom)

export const DATABASE = 'shop'
export const DATABASE_ADMIN = 'postgres'

export const databaseUrl = (service: string, atoms: Atoms): string =>
  `postgres://${service}:${inUrl(atoms(`${service}-database-password`))}@postgres:5432/${DATABASE}`

export const cacheUrl = (service: string, atoms: Atoms): string =>
  `redis://${service}:${inUrl(atoms(`${service}-cache-password`))}@valkey:6379`

export const callToken = (callee: string, atoms: Atoms): string => atoms(`${callee}-token`)

/** The service's own secrets. All of a manifest's are keys of 32 bytes in base64, until one says otherwise. */
export const ownSecrets = ({ name, secrets }: AnyManifest, atoms: Atoms): Record<string, string> =>
  Object.fromEntries(Object.keys(secrets).map(key => [key, atoms(`${name}-secret-${key}`)]))

/** Files that the database and the cache read, beside those of the services. */
export const POSTGRES_PASSWORD = 'postgres-password'
export const CACHE_USERS = 'valkey-users'

export function partSecrets(system: System, atoms: Atoms): SecretFiles {
  const users = [...system.values()]
    .filter(({ needs }) => needs.cache)
    .map(
      ({ name }) => `user ${name} #${sha256(atoms(`${name}-cache-password`))} ${cacheAccess(name)}`,
    )
  return {
    [POSTGRES_PASSWORD]: atoms('postgres-password'),
    // The health check logs in as nobody.
    [CACHE_USERS]: [
      'user default on nopass resetkeys resetchannels -@all +ping',
      ...users,
      '',
    ].join('\n'),
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

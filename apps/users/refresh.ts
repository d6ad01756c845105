import { LockMode } from '@mikro-orm/core'
import type { EntityManager } from '@mikro-orm/postgresql'
import { unauthorized } from '../shared/auth/auth.ts'
import type { Database } from '../shared/database/database.ts'
import type { IssueToken } from './access-tokens.ts'
import {
  addToken,
  hashToken,
  type RefreshFamily,
  RefreshFamilyEntity,
  type RefreshToken,
  RefreshTokenEntity,
} from './refresh-token.ts'
import type { TokenView } from './schemas.ts'
import { UserEntity } from './user.ts'

export interface RefreshDeps {
  database: Database
  issueToken: IssueToken
  refreshTokenDays: number
}

/** Two tabs of one browser may refresh at once; later than this the same token is a stolen one. */
const HONEST_MS = 10_000

/**
 * Gives a new pair for a refresh token, once. Reuse of an old token revokes the whole family: one of the two who hold
 * it is not who logged in.
 * @throws {AppError} 401
 */
export async function refresh(deps: RefreshDeps, token: string): Promise<TokenView> {
  const answer = await deps.database.transaction(async em => {
    const found = await lockedToken(em, token)
    if (!found || !isUsable(found.family, found.token)) return undefined
    if (isReused(found.token)) {
      found.family.revokedAt = new Date()
      return undefined // and not an error: the revocation must be committed
    }
    const user = await em.findOne(UserEntity, { id: found.family.userId, isActive: true })
    if (!user) return undefined
    found.token.rotatedAt ??= new Date()
    return deps.issueToken(user, addToken(em, found.family, deps.refreshTokenDays))
  })
  if (!answer) throw unauthorized()
  return answer
}

/** Ends the session that a refresh token belongs to; an unknown token is no error: the caller is logged out either way. */
export async function logOut(database: Database, token: string): Promise<void> {
  await database.transaction(async em => {
    const found = await lockedToken(em, token)
    if (found) found.family.revokedAt ??= new Date()
  })
}

/** The family is locked first, so that parallel refreshes of one session come one after the other. */
async function lockedToken(em: EntityManager, token: string) {
  const tokenHash = hashToken(token)
  const seen = await em.findOne(RefreshTokenEntity, { tokenHash })
  if (!seen) return undefined
  const family = await em.findOneOrFail(
    RefreshFamilyEntity,
    { id: seen.family.id },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  )
  return { family, token: await em.refreshOrFail(seen) }
}

const isUsable = (family: RefreshFamily, token: RefreshToken): boolean =>
  !family.revokedAt && token.expiresAt.getTime() > Date.now()

const isReused = ({ rotatedAt }: RefreshToken): boolean =>
  !!rotatedAt && Date.now() - rotatedAt.getTime() > HONEST_MS

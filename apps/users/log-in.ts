import { createHash } from 'node:crypto'
import { LockMode } from '@mikro-orm/core'
import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import type { z } from 'zod'
import type { Database } from '../shared/database.ts'
import { AppError } from '../shared/errors.ts'
import { consume } from '../shared/rate-limit.ts'
import type { IssueToken } from './access-tokens.ts'
import type { Passwords } from './passwords.ts'
import { pruneFamilies, startFamily } from './refresh-token.ts'
import type { TokenView, UserLogin } from './schemas.ts'
import { emailKey, setPassword, type User, UserEntity } from './user.ts'

export interface LoginDeps {
  database: Database
  passwords: Passwords
  issueToken: IssueToken
  /** Wrong passwords per account. */
  failures: RateLimiterAbstract
  refreshTokenDays: number
}

/**
 * Unknown e-mail, wrong password and inactive account get the same answer after the same work.
 * @throws {AppError} 401, 429
 */
export async function logIn(
  deps: LoginDeps,
  given: z.output<typeof UserLogin>,
): Promise<TokenView> {
  const account = createHash('sha256').update(emailKey(given.email)).digest('base64url')
  // Taken before the password is looked at: a burst of guesses in parallel must not slip through.
  await consume(deps.failures, account)
  const user = await findByEmail(deps.database, given.email)
  const matched = await deps.passwords.matches(given.password, user?.hashedPassword)
  if (!user || !matched || !user.isActive)
    throw new AppError('wrong_credentials', 401, 'Incorrect email or password')
  await deps.failures.delete(account)
  const rehashed = deps.passwords.isOutdated(user.hashedPassword)
    ? await deps.passwords.hash(given.password)
    : undefined
  return openSession(deps, user, rehashed)
}

const findByEmail = (database: Database, email: string): Promise<User | null> =>
  database.transaction(em => em.findOne(UserEntity, { emailKey: emailKey(email) }))

function openSession(
  deps: LoginDeps,
  found: User,
  rehashed: string | undefined,
): Promise<TokenView> {
  return deps.database.transaction(async em => {
    // Read again under a lock: the account may have been closed while the password was compared.
    const user = await em.findOne(
      UserEntity,
      { id: found.id, isActive: true, hashedPassword: found.hashedPassword },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    )
    if (!user) throw new AppError('wrong_credentials', 401, 'Incorrect email or password')
    if (rehashed !== undefined) setPassword(user, rehashed)
    await pruneFamilies(em, user.id)
    const refreshToken = startFamily(em, user.id, deps.refreshTokenDays)
    return deps.issueToken(user, refreshToken)
  })
}

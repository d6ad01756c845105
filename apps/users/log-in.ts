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
  try {
    const session = await checkedSession(deps, given)
    await deps.failures.delete(account)
    return session
  } catch (error) {
    // A full queue or a database that is down says nothing about the password.
    if (!(error instanceof AppError && error.status === 401)) await deps.failures.reward(account)
    throw error
  }
}

async function checkedSession(
  deps: LoginDeps,
  { email, password }: z.output<typeof UserLogin>,
): Promise<TokenView> {
  const user = await findByEmail(deps.database, email)
  const matched = await deps.passwords.matches(password, user?.hashedPassword)
  if (!user || !matched || !user.isActive) throw wrongCredentials()
  const rehashed = deps.passwords.isOutdated(user.hashedPassword)
    ? await deps.passwords.hash(password)
    : undefined
  const session = await openSession(deps, user, rehashed)
  // Closed or given another hash while the password was compared: by a login at the same time that raised the cost, say.
  return session ?? checkedSession(deps, { email, password })
}

const wrongCredentials = () => new AppError('wrong_credentials', 401, 'Incorrect email or password')

const findByEmail = (database: Database, email: string): Promise<User | null> =>
  database.transaction(em => em.findOne(UserEntity, { emailKey: emailKey(email) }))

function openSession(
  deps: LoginDeps,
  found: User,
  rehashed: string | undefined,
): Promise<TokenView | undefined> {
  return deps.database.transaction(async em => {
    const user = await em.findOne(
      UserEntity,
      { id: found.id, isActive: true, hashedPassword: found.hashedPassword },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    )
    if (!user) return undefined
    if (rehashed !== undefined) setPassword(user, rehashed)
    await pruneFamilies(em, user.id)
    const refreshToken = startFamily(em, user.id, deps.refreshTokenDays)
    return deps.issueToken(user, refreshToken)
  })
}

import { LockMode } from '@mikro-orm/core'
import type { z } from 'zod'
import type { Database } from '../shared/database/database.ts'
import { AppError } from '../shared/http/errors.ts'
import type { IssueToken } from './access-tokens.ts'
import type { Attempts } from './attempts.ts'
import type { Passwords } from './passwords.ts'
import { startFamily } from './refresh-token.ts'
import type { TokenView, UserLogin } from './schemas.ts'
import { emailKey, setPassword, type User, UserEntity } from './user.ts'

export interface LoginDeps {
  database: Database
  passwords: Passwords
  issueToken: IssueToken
  attempts: Attempts
  refreshTokenDays: number
}

/**
 * Unknown e-mail, wrong password and inactive account get the same answer after the same work.
 * @throws {AppError} 401, 429
 */
export const logIn = (
  deps: LoginDeps,
  given: z.output<typeof UserLogin>,
  address: string,
): Promise<TokenView> =>
  deps.attempts.toLogIn(given.email, address, () => checkedSession(deps, given))

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
    const refreshToken = startFamily(em, user.id, deps.refreshTokenDays)
    return deps.issueToken(user, refreshToken)
  })
}

import { LockMode } from '@mikro-orm/core'
import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import type { Caller } from '../shared/auth/auth.ts'
import type { Database } from '../shared/database/database.ts'
import { AppError } from '../shared/http/errors.ts'
import { consume } from '../shared/http/rate-limit.ts'
import { invalidToken, makeToken, useToken } from './mail-token.ts'
import { presentAccount } from './present-account.ts'
import { publishToken } from './publish-user.ts'
import { UserEntity, verifyEmail as verify } from './user.ts'

/** @throws {AppError} 401, 409 when it is confirmed already, 429 */
export async function requestVerification(
  { database, tokenMails }: { database: Database; tokenMails: RateLimiterAbstract },
  caller: Caller,
): Promise<void> {
  await consume(tokenMails, `verify:${caller.id}`)
  await database.transaction(async em => {
    const user = await presentAccount(em, caller, { lockMode: LockMode.PESSIMISTIC_WRITE })
    if (user.emailVerifiedAt)
      throw new AppError('email_verified', 409, 'The e-mail address is confirmed already')
    const token = await makeToken(em, user.id, 'email-verification')
    await publishToken(em, 'user.email-verification-requested', user, token)
  })
}

/** @throws {AppError} 400 when the token is not good */
export const verifyEmail = (database: Database, token: string): Promise<void> =>
  database.transaction(async em => {
    const id = await useToken(em, token, 'email-verification')
    const user = await em.findOne(UserEntity, { id, isActive: true })
    if (!user) throw invalidToken()
    verify(user)
  })

import { LockMode } from '@mikro-orm/core'
import type { EntityManager } from '@mikro-orm/postgresql'
import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { RateLimiterRes } from 'rate-limiter-flexible'
import type { z } from 'zod'
import type { Database } from '../shared/database/database.ts'
import type { Log } from '../shared/process/log.ts'
import { digest } from './attempts.ts'
import { invalidToken, isGoodToken, makeToken, useToken } from './mail-token.ts'
import type { Passwords } from './passwords.ts'
import { publishToken } from './publish-user.ts'
import { revokeFamilies } from './refresh-token.ts'
import type { PasswordResetConfirmation } from './schemas.ts'
import { emailKey, setPassword, UserEntity, verifyEmail } from './user.ts'

export interface ResetDeps {
  database: Database
  /** Mails to one mailbox. */
  tokenMails: RateLimiterAbstract
  log: Log
}

/**
 * Stores the wish alone, whatever is behind the address: what follows is nobody's to measure. Over the limit of a
 * mailbox, known or not, nothing follows.
 */
export async function requestReset({ database, tokenMails }: ResetDeps, email: string) {
  const key = emailKey(email)
  if (!(await isWithin(tokenMails, `reset:${digest(key)}`))) return
  await database.transaction(em =>
    em.execute('insert into password_reset_requests (id, email_key) values (uuidv7(), ?)', [key]),
  )
}

async function isWithin(limiter: RateLimiterAbstract, key: string): Promise<boolean> {
  try {
    await limiter.consume(key)
    return true
  } catch (error) {
    if (error instanceof RateLimiterRes) return false
    throw error
  }
}

/** Takes up the wishes that are there, each by one instance: those of accounts have a token mailed. */
export async function takeUpResets(database: Database): Promise<void> {
  while (await database.transaction(takeUpOne));
}

async function takeUpOne(em: EntityManager): Promise<boolean> {
  const [request] = await em.execute<{ email_key: string }[]>(
    `delete from password_reset_requests where id = (
      select id from password_reset_requests order by id limit 1 for update skip locked)
      returning email_key`,
  )
  if (!request) return false
  const user = await em.findOne(
    UserEntity,
    { emailKey: request.email_key, isActive: true },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  )
  if (!user) return true
  const token = await makeToken(em, user.id, 'password-reset')
  await publishToken(em, 'user.password-reset-requested', user, token)
  return true
}

/**
 * A new password for the token of a mail. Ends every session: somebody else may know the old password.
 * @throws {AppError} 400 when the token is not good
 */
export async function confirmReset(
  { database, passwords }: { database: Database; passwords: Passwords },
  { token, password }: z.output<typeof PasswordResetConfirmation>,
): Promise<void> {
  // A hash costs a quarter of a second: nobody gets one for a token that was guessed.
  if (!(await isGoodToken(database, token, 'password-reset'))) throw invalidToken()
  const hashed = await passwords.hash(password)
  await database.transaction(async em => {
    const id = await useToken(em, token, 'password-reset')
    const user = await em.findOne(
      UserEntity,
      { id, isActive: true },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    )
    if (!user) throw invalidToken()
    setPassword(user, hashed)
    verifyEmail(user)
    await revokeFamilies(em, user.id)
  })
}

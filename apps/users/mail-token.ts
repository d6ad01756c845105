import { randomBytes } from 'node:crypto'
import { defineEntity, p } from '@mikro-orm/core'
import type { EntityManager } from '@mikro-orm/postgresql'
import { AppError } from '../shared/http/errors.ts'
import type { Database } from '../shared/database/database.ts'
import { hashToken } from './refresh-token.ts'

export const MAIL_TOKEN_MINUTES = 30
export type Purpose = 'password-reset' | 'email-verification'

export const MailTokenEntity = defineEntity({
  name: 'MailToken',
  tableName: 'mail_tokens',
  properties: {
    tokenHash: p.text().primary(),
    userId: p.uuid(),
    purpose: p.text().$type<Purpose>(),
    expiresAt: p.datetime(),
  },
})

/** Those that were made before stay good: asking again must not take the mail away that is on its way. */
export async function makeToken(em: EntityManager, userId: string, purpose: Purpose) {
  const token = randomBytes(32).toString('base64url')
  const [row] = await em.execute<{ expires: number }[]>(
    `insert into mail_tokens (token_hash, user_id, purpose, expires_at)
     values (?, ?, ?, now() + interval '${MAIL_TOKEN_MINUTES} minutes')
     returning extract(epoch from expires_at)::float8 as expires`,
    [hashToken(token), userId, purpose],
  )
  return { token, expiresAt: new Date((row?.expires ?? 0) * 1000) }
}

const OWNER = {
  name: 'mail-token',
  text: `select 1 from mail_tokens where token_hash = $1 and purpose = $2 and expires_at > now()`,
}

/** Whether the token is good just now; `useToken` decides. */
export const isGoodToken = async (
  database: Database,
  token: string,
  purpose: Purpose,
): Promise<boolean> => (await database.rows(OWNER, [hashToken(token), purpose])).length > 0

/**
 * Uses a token up, and with it all others of its user and purpose: of two who use one at once, one succeeds.
 * @returns the user's id
 * @throws {AppError} 400 when it is not good
 */
export async function useToken(
  em: EntityManager,
  token: string,
  purpose: Purpose,
): Promise<string> {
  const [used] = await em.execute<{ user_id: string }[]>(
    `delete from mail_tokens where token_hash = ? and purpose = ? and expires_at > now()
      returning user_id`,
    [hashToken(token), purpose],
  )
  if (!used) throw invalidToken()
  await em.nativeDelete(MailTokenEntity, { userId: used.user_id, purpose })
  return used.user_id
}

export const invalidToken = () =>
  new AppError('invalid_token', 400, 'The token is not valid, was used or has expired; ask again')

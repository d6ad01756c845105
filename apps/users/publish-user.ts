import type { EntityManager } from '@mikro-orm/postgresql'
import { publish } from '../shared/events/outbox.ts'
import type { User } from './user.ts'

type Account = Pick<User, 'id' | 'email' | 'fullName' | 'role'>

const accountOf = ({ id, email, fullName, role }: Account) => ({
  ...{ user_id: id, email, full_name: fullName, role },
})

/** Tells the other services about an account, last in the transaction that changes it. */
export const publishUser = (
  em: EntityManager,
  type: 'user.registered' | 'user.changed',
  user: Account,
): Promise<unknown> => publish(em, { type, subjectId: user.id, data: accountOf(user) })

export const publishDeletion = (em: EntityManager, userId: string): Promise<unknown> =>
  publish(em, { type: 'user.deleted', subjectId: userId, data: { user_id: userId } })

/** Has a token mailed to its user. It leaves the outbox as soon as the event is sent. */
export const publishToken = (
  em: EntityManager,
  type: 'user.password-reset-requested' | 'user.email-verification-requested',
  user: Account,
  { token, expiresAt }: { token: string; expiresAt: Date },
): Promise<unknown> =>
  publish(em, {
    type,
    subjectId: user.id,
    data: { ...accountOf(user), token, expires_at: expiresAt.toISOString() },
  })

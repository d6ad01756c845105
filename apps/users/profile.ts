import { LockMode } from '@mikro-orm/core'
import type { z } from 'zod'
import type { Caller } from '../shared/auth/auth.ts'
import type { Database } from '../shared/database/database.ts'
import { AppError } from '../shared/http/errors.ts'
import type { Attempts } from './attempts.ts'
import type { Passwords } from './passwords.ts'
import { presentAccount } from './present-account.ts'
import { MailTokenEntity } from './mail-token.ts'
import { publishDeletion, publishUser } from './publish-user.ts'
import { revokeFamilies } from './refresh-token.ts'
import type { PasswordChange, ProfileUpdate, UserView } from './schemas.ts'
import { refuseLastAdmin } from './last-admin.ts'
import { anonymise, rename, setPassword, type User } from './user.ts'
import { viewOf } from './user-view.ts'
import type { EntityManager } from '@mikro-orm/postgresql'

/**
 * What ends all sessions locks the row first, as a login does: one that is under way must not open another. So does what
 * is published: a later event must not tell an older state.
 */
const lockedUser = (em: EntityManager, caller: Caller): Promise<User> =>
  presentAccount(em, caller, { lockMode: LockMode.PESSIMISTIC_WRITE })

export const findProfile = (database: Database, caller: Caller): Promise<UserView> =>
  database.transaction(async em => viewOf(await presentAccount(em, caller)))

export const updateProfile = (
  database: Database,
  caller: Caller,
  change: z.output<typeof ProfileUpdate>,
): Promise<UserView> =>
  database.transaction(async em => {
    const user = await lockedUser(em, caller)
    if (change.full_name === undefined || change.full_name === user.fullName) return viewOf(user)
    rename(user, change.full_name)
    await publishUser(em, 'user.changed', user)
    return viewOf(user)
  })

interface PasswordDeps {
  database: Database
  passwords: Passwords
  attempts: Attempts
}

/** Ends every session of the user: whoever knows the old password may hold one. @throws {AppError} 400, 429 */
export async function changePassword(
  { database, passwords, attempts }: PasswordDeps,
  caller: Caller,
  change: z.output<typeof PasswordChange>,
): Promise<void> {
  const { hashedPassword } = await database.transaction(em => presentAccount(em, caller))
  await attempts.toChangePassword(caller.id, async () => {
    if (!(await passwords.matches(change.current_password, hashedPassword)))
      throw new AppError('wrong_password', 400, 'current_password is not correct')
  })
  const hashed = await passwords.hash(change.new_password)
  await database.transaction(async em => {
    setPassword(await lockedUser(em, caller), hashed)
    await revokeFamilies(em, caller.id)
  })
}

/** @throws {AppError} 409 for the last active admin */
export const deleteAccount = (database: Database, caller: Caller): Promise<void> =>
  database.transaction(async em => {
    const user = await lockedUser(em, caller)
    if (user.role === 'admin') await refuseLastAdmin(em, user.id)
    anonymise(user)
    await revokeFamilies(em, user.id)
    await em.nativeDelete(MailTokenEntity, { userId: user.id })
    await publishDeletion(em, user.id)
  })

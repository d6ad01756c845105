import { type FilterQuery, LockMode } from '@mikro-orm/core'
import type { EntityManager } from '@mikro-orm/postgresql'
import { z } from 'zod'
import type { Caller } from '../shared/auth/auth.ts'
import type { Database } from '../shared/database/database.ts'
import { notFound } from '../shared/http/errors.ts'
import { decodeCursor, Instant, type Page, pageOf } from '../shared/http/page.ts'
import { refuseLastAdmin } from './last-admin.ts'
import { presentAccount, requirePresentAdmin } from './present-account.ts'
import { publishUser } from './publish-user.ts'
import { revokeFamilies } from './refresh-token.ts'
import type { UserList, UserUpdate, UserView } from './schemas.ts'
import { emailKey, setActive, setRole, type User, UserEntity } from './user.ts'
import { viewOf } from './user-view.ts'

const Position = z.tuple([Instant, z.uuid()])

/** Oldest first. */
export async function listUsers(
  database: Database,
  caller: Caller,
  { skip, limit, after, search }: z.output<typeof UserList>,
): Promise<Page<UserView>> {
  const where: FilterQuery<User>[] = []
  if (search !== undefined) where.push(startsWith(emailKey(search)))
  if (after !== undefined) {
    const [createdAt, id] = decodeCursor(after, Position)
    const at = new Date(createdAt)
    where.push({ $or: [{ createdAt: { $gt: at } }, { createdAt: at, id: { $gt: id } }] })
  }
  const users = await database.transaction(async em => {
    await requirePresentAdmin(em, caller)
    return em.find(
      UserEntity,
      { $and: where },
      {
        orderBy: { createdAt: 'asc', id: 'asc' },
        limit: limit + 1,
        offset: after === undefined ? skip : 0,
      },
    )
  })
  return pageOf(users, limit, viewOf, user => [user.createdAt.toISOString(), user.id])
}

/** Everything from the prefix up to the next string of its length: a range, so that no character is a wildcard. */
const startsWith = (prefix: string): FilterQuery<User> => ({
  emailKey: { $gte: prefix, $lt: `${prefix}\u{10FFFF}` },
})

/** @throws {AppError} 404, also for callers who may not see the account */
export const findUser = (database: Database, caller: Caller, id: string): Promise<UserView> =>
  database.transaction(async em => {
    const self = await presentAccount(em, caller)
    if (self.role !== 'admin' && self.id !== id) throw notFound('User')
    return viewOf(await userById(em, id))
  })

async function userById(em: EntityManager, id: string, lockMode?: LockMode): Promise<User> {
  const user = await em.findOne(UserEntity, { id }, { ...(lockMode && { lockMode }) })
  if (!user) throw notFound('User')
  return user
}

/** Deactivation ends the user's sessions. @throws {AppError} 404, 409 */
export const updateUser = (
  database: Database,
  caller: Caller,
  id: string,
  change: z.output<typeof UserUpdate>,
): Promise<UserView> =>
  database.transaction(async em => {
    await requirePresentAdmin(em, caller)
    const user = await userById(em, id, LockMode.PESSIMISTIC_WRITE)
    const leaves = change.is_active === false || change.role === 'buyer'
    if (leaves && user.role === 'admin' && user.isActive) await refuseLastAdmin(em, id)
    if (change.role !== undefined) setRole(user, change.role)
    if (change.is_active !== undefined) setActive(user, change.is_active)
    if (leaves) await revokeFamilies(em, id)
    await publishUser(em, 'user.changed', user)
    return viewOf(user)
  })

/** The way to the first admin. @throws {AppError} 404 */
export const grantAdmin = (database: Database, email: string): Promise<void> =>
  database.transaction(async em => {
    const user = await em.findOne(
      UserEntity,
      { emailKey: emailKey(email) },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    )
    if (!user) throw notFound('User')
    setRole(user, 'admin')
    await publishUser(em, 'user.changed', user)
  })

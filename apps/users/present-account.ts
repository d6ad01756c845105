import type { LockMode } from '@mikro-orm/core'
import type { EntityManager } from '@mikro-orm/postgresql'
import { type Caller, forbidden, unauthorized } from '../shared/auth/auth.ts'
import { type User, UserEntity } from './user.ts'

interface Look {
  lockMode?: LockMode
  /** Leaves the row to be read again, with a lock. */
  disableIdentityMap?: boolean
}

/**
 * A token may outlive its account by up to 30 minutes: the account is looked at, not the token alone.
 * @throws {AppError} 401
 */
export async function presentAccount(
  em: EntityManager,
  { id }: Caller,
  look: Look = {},
): Promise<User> {
  const user = await em.findOne(UserEntity, { id, isActive: true }, look)
  if (!user) throw unauthorized()
  return user
}

/**
 * The same for a role: who just lost it could give it back to himself.
 * @throws {AppError} 401, 403
 */
export async function requirePresentAdmin(em: EntityManager, caller: Caller): Promise<void> {
  const { role } = await presentAccount(em, caller, { disableIdentityMap: true })
  if (role !== 'admin') throw forbidden('admin', role)
}

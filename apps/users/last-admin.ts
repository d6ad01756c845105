import type { EntityManager } from '@mikro-orm/postgresql'
import { AppError } from '../shared/http/errors.ts'
import { UserEntity } from './user.ts'

/** Without an active admin nobody could make one over HTTP. One admin leaves at a time: two may be about to at once. */
export async function refuseLastAdmin(em: EntityManager, leaving: string): Promise<void> {
  await em.execute("select pg_advisory_xact_lock(hashtext('users.last-admin'))")
  const others = await em.count(UserEntity, { role: 'admin', isActive: true, id: { $ne: leaving } })
  if (others > 0) return
  throw new AppError(
    'last_admin',
    409,
    'This is the last active admin; give another user the role first',
  )
}

import { LockMode } from '@mikro-orm/core'
import type { EntityManager } from '@mikro-orm/postgresql'
import { AppError } from '../shared/errors.ts'
import { UserEntity } from './user.ts'

/** Without an active admin nobody could make one over HTTP. The rows are locked: two admins may leave at once. */
export async function refuseLastAdmin(em: EntityManager, leaving: string): Promise<void> {
  const admins = await em.find(
    UserEntity,
    { role: 'admin', isActive: true },
    { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } },
  )
  if (admins.some(({ id }) => id !== leaving)) return
  throw new AppError(
    'last_admin',
    409,
    'This is the last active admin; give another user the role first',
  )
}

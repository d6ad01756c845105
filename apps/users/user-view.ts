import type { UserView } from './schemas.ts'
import type { User } from './user.ts'

export const viewOf = (user: User): UserView => ({
  id: user.id,
  email: user.email,
  full_name: user.fullName,
  role: user.role,
  is_active: user.isActive,
  email_verified: !!user.emailVerifiedAt,
  created_at: user.createdAt.toISOString(),
})

import { randomUUID } from 'node:crypto'
import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import type { Role } from '../shared/auth/auth.ts'
import { AppError } from '../shared/http/errors.ts'

export const UserEntity = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    id: p.uuid().primary(),
    email: p.text(),
    emailKey: p.text(),
    hashedPassword: p.text(),
    fullName: p.text(),
    role: p.text().$type<Role>(),
    isActive: p.boolean(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
    deletedAt: p.datetime().nullable(),
    emailVerifiedAt: p.datetime().nullable(),
  },
})

export type User = InferEntity<typeof UserEntity>

/** What e-mail addresses are compared by. */
export const emailKey = (email: string): string => email.toLowerCase()

export function newUser(email: string, fullName: string, hashedPassword: string) {
  const now = new Date()
  return {
    id: randomUUID(),
    email,
    emailKey: emailKey(email),
    hashedPassword,
    fullName,
    role: 'buyer' as const,
    isActive: true,
    createdAt: now,
    updatedAt: now,
  }
}

export function rename(user: User, fullName: string): void {
  user.fullName = fullName
  user.updatedAt = new Date()
}

export function setPassword(user: User, hashedPassword: string): void {
  user.hashedPassword = hashedPassword
  user.updatedAt = new Date()
}

export function setRole(user: User, role: Role): void {
  refuseDeleted(user)
  user.role = role
  user.updatedAt = new Date()
}

export function setActive(user: User, isActive: boolean): void {
  refuseDeleted(user)
  user.isActive = isActive
  user.updatedAt = new Date()
}

/** Nothing of the person is left; the row stays, since orders point at it. The e-mail can register again. */
export function anonymise(user: User): void {
  refuseDeleted(user)
  const now = new Date()
  user.email = `deleted-${user.id}@deleted.invalid`
  user.emailKey = user.email
  user.fullName = 'Deleted user'
  user.hashedPassword = ''
  user.role = 'buyer'
  user.isActive = false
  user.emailVerifiedAt = null
  user.deletedAt = now
  user.updatedAt = now
}

/** Whoever has a token from a mail reads what is sent to the address. */
export function verifyEmail(user: User): void {
  user.emailVerifiedAt ??= new Date()
}

function refuseDeleted(user: User): void {
  if (user.deletedAt)
    throw new AppError(
      'user_deleted',
      409,
      'The account was deleted by its owner and can not change',
    )
}

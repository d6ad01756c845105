import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import type { EntityManager } from '@mikro-orm/postgresql'

export const RefreshFamilyEntity = defineEntity({
  name: 'RefreshFamily',
  tableName: 'refresh_families',
  properties: {
    id: p.uuid().primary(),
    userId: p.uuid(),
    expiresAt: p.datetime(),
    revokedAt: p.datetime().nullable(),
  },
})

export const RefreshTokenEntity = defineEntity({
  name: 'RefreshToken',
  tableName: 'refresh_tokens',
  properties: {
    tokenHash: p.text().primary(),
    family: () => p.manyToOne(RefreshFamilyEntity),
    expiresAt: p.datetime(),
    rotatedAt: p.datetime().nullable(),
  },
})

export type RefreshFamily = InferEntity<typeof RefreshFamilyEntity>
export type RefreshToken = InferEntity<typeof RefreshTokenEntity>

export const hashToken = (token: string): string =>
  createHash('sha256').update(token).digest('base64url')

/** A new family with its first token, as a login makes it. Returns the token. */
export function startFamily(em: EntityManager, userId: string, days: number): string {
  const family = em.create(RefreshFamilyEntity, {
    id: randomUUID(),
    userId,
    expiresAt: inDays(days),
  })
  return addToken(em, family, days)
}

/** One more token of a family; the family lives as long as its newest token. Returns the token. */
export function addToken(em: EntityManager, family: RefreshFamily, days: number): string {
  const token = randomBytes(32).toString('base64url')
  family.expiresAt = inDays(days)
  em.create(RefreshTokenEntity, {
    tokenHash: hashToken(token),
    family,
    expiresAt: family.expiresAt,
  })
  return token
}

const inDays = (days: number): Date => new Date(Date.now() + days * 86_400_000)

export const revokeFamilies = (em: EntityManager, userId: string): Promise<number> =>
  em.nativeUpdate(RefreshFamilyEntity, { userId, revokedAt: null }, { revokedAt: new Date() })

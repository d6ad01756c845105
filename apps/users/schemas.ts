import { z } from 'zod'
import { ROLES } from '../shared/auth/auth.ts'
import { PageQuery } from '../shared/http/page.ts'
import type { TokenAlgorithm } from '../shared/token-format.ts'
import { storable, whenGiven } from '../shared/http/validation.ts'

/** bcrypt reads 72 bytes and ignores the rest: a longer password would be weaker than it looks. */
const PASSWORD_BYTES = 72

const Email = z
  .email({ error: whenGiven('must be an e-mail address such as ada@example.com') })
  .max(254, 'must have at most 254 characters')
const FullName = storable
  .trim()
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters')
const NewPassword = storable
  .min(8, 'must have at least 8 characters')
  .refine(text => Buffer.byteLength(text) <= PASSWORD_BYTES, {
    error: `must have at most ${PASSWORD_BYTES} bytes (bcrypt ignores what is beyond; a letter with an accent takes 2 bytes, an emoji 4)`,
  })
  .meta({ format: 'password', description: '8 characters to 72 bytes of UTF-8' })
const GivenPassword = z
  .string()
  .min(1, 'must not be empty')
  .max(1000, 'must have at most 1000 characters')

export const UserCreate = z
  .object({ email: Email, password: NewPassword, full_name: FullName })
  .meta({
    id: 'UserCreate',
    examples: [{ email: 'ada@example.com', password: 'correct horse', full_name: 'Ada Lovelace' }],
  })

export const UserResponse = z
  .object({
    id: z.uuid(),
    email: z.string(),
    full_name: z.string(),
    role: z.enum(ROLES),
    is_active: z.boolean(),
    email_verified: z.boolean(),
    created_at: z.iso.datetime(),
  })
  .meta({
    id: 'UserResponse',
    examples: [
      {
        id: '6f1f6d3c-7a55-4f1a-9a39-0d6f3c3b8f6e',
        email: 'ada@example.com',
        full_name: 'Ada Lovelace',
        role: 'buyer',
        is_active: true,
        email_verified: false,
        created_at: '2026-11-22T12:00:00.000Z',
      },
    ],
  })

export const UserLogin = z
  .object({ email: storable.min(1, 'must not be empty').max(254), password: GivenPassword })
  .meta({ id: 'UserLogin', examples: [{ email: 'ada@example.com', password: 'correct horse' }] })

export const Token = z
  .object({
    access_token: z.string(),
    token_type: z.literal('bearer'),
    expires_in: z.int().describe('Seconds'),
    refresh_token: z.string(),
  })
  .meta({ id: 'Token' })

export const RefreshRequest = z
  .object({ refresh_token: z.string().min(1, 'must not be empty').max(200) })
  .meta({ id: 'RefreshRequest' })

export const ProfileUpdate = z
  .object({ full_name: FullName.optional() })
  .meta({ id: 'ProfileUpdate' })

export const PasswordChange = z
  .object({ current_password: GivenPassword, new_password: NewPassword })
  .meta({ id: 'PasswordChange' })

export const PasswordResetRequest = z
  .object({ email: storable.min(1, 'must not be empty').max(254) })
  .meta({ id: 'PasswordResetRequest', examples: [{ email: 'ada@example.com' }] })

const MailToken = z.string().min(1, 'must not be empty').max(200)

export const PasswordResetConfirmation = z
  .object({ token: MailToken, password: NewPassword })
  .meta({ id: 'PasswordResetConfirmation' })

export const EmailVerification = z.object({ token: MailToken }).meta({ id: 'EmailVerification' })

/** What is answered before it is known whether anything comes of it. */
export const Accepted = z.object({ status: z.literal('accepted') }).meta({ id: 'Accepted' })

export const UserUpdate = z
  .object({ is_active: z.boolean().optional(), role: z.enum(ROLES).optional() })
  .refine(update => update.is_active !== undefined || update.role !== undefined, {
    error: 'needs is_active, role or both',
  })
  .meta({ id: 'UserUpdate', examples: [{ is_active: false }] })

export const UserId = z.object({ user_id: z.uuid('must be a UUID') })

export const UserList = PageQuery.extend({
  search: storable.max(254).optional().describe('Start of the e-mail address'),
})

const published = <Algorithm extends TokenAlgorithm>(alg: Algorithm) => ({
  kid: z.string(),
  alg: z.literal(alg),
  use: z.literal('sig'),
})

export const Jwks = z
  .object({
    keys: z.array(
      z.discriminatedUnion('kty', [
        z.object({
          kty: z.literal('OKP'),
          crv: z.literal('Ed25519'),
          x: z.string(),
          ...published('EdDSA'),
        }),
        z.object({ kty: z.literal('RSA'), n: z.string(), e: z.string(), ...published('RS256') }),
      ]),
    ),
  })
  .meta({ id: 'Jwks' })

export const Discovery = z
  .object({
    issuer: z.url(),
    jwks_uri: z.url(),
    id_token_signing_alg_values_supported: z.array(z.string()),
    response_types_supported: z.array(z.string()),
    subject_types_supported: z.array(z.string()),
  })
  .meta({ id: 'Discovery' })

export const Users = z.array(UserResponse)

export type UserView = z.input<typeof UserResponse>
export type TokenView = z.input<typeof Token>

import { z } from 'zod'
import { defineService } from '../shared/manifest.ts'
import { TOKEN_ALGORITHMS } from '../shared/token-format.ts'

const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max)

export default defineService({
  name: 'users',
  description: 'Accounts, logins and the keys that sign access tokens',
  routes: [
    '/users',
    '/users/*',
    '/auth/*',
    '/.well-known/jwks.json',
    '/.well-known/openid-configuration',
  ],
  openRoutes: [
    'POST /users',
    'POST /auth/login',
    'POST /auth/refresh',
    'POST /auth/logout',
    'POST /auth/password-reset',
    'POST /auth/password-reset/confirm',
    'POST /auth/verify-email',
    'GET /.well-known/jwks.json',
    'GET /.well-known/openid-configuration',
  ],
  needs: { database: true, cache: true },
  publishes: [
    'user.registered',
    'user.changed',
    'user.deleted',
    'user.password-reset-requested',
    'user.email-verification-requested',
  ],
  settings: {
    /** bcrypt cost; raising it re-hashes each password at its next login. */
    passwordCost: wholeNumber(4, 16).default(12),
    /** Threads that hash passwords. */
    passwordThreads: wholeNumber(1, 16).default(1),
    /** Passwords waiting for a thread; past it the answer is 503. */
    passwordQueue: wholeNumber(1, 1000).default(50),
    /** Wrong passwords per account and address in 15 minutes; ten times as many per account from everywhere. */
    loginsPerAccount: wholeNumber(1, 1000).default(10),
    /** Login attempts per address in 15 minutes. */
    loginsPerAddress: wholeNumber(1, 100_000).default(100),
    /** Registrations per address in an hour. */
    registrationsPerAddress: wholeNumber(1, 100_000).default(100),
    /** Mails with a token that one account, or one address of a mailbox, is sent in an hour. */
    tokenMailsPerAccount: wholeNumber(1, 1000).default(5),
    /** Requests for such mails, and uses of their tokens, per address in an hour. */
    tokenMailsPerAddress: wholeNumber(1, 100_000).default(50),
    /**
     * Of new signing keys; when it changes, the next key follows at once and signs as soon as everybody knows it. API
     * Gateway verifies RS256 alone.
     */
    signingAlgorithm: z
      .enum(TOKEN_ALGORITHMS, `must be one of ${TOKEN_ALGORITHMS.join(', ')}`)
      .default('EdDSA'),
    signingKeyDays: wholeNumber(1, 365).default(30),
    refreshTokenDays: wholeNumber(1, 365).default(30),
  },
  secrets: {
    /** 32 bytes in base64: encrypts the private signing keys in the database. */
    keyEncryptionKey: z
      .base64()
      .refine(text => Buffer.from(text, 'base64').length === 32, 'must be 32 bytes in base64'),
  },
  scale: { min: 2, max: 10, cpuPercent: 60, requestsPerTarget: 600 },
})

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { environmentOf } from '../shared/environment.ts'
import { documentedAnswers } from '../shared/testing/documented-answers.ts'
import { testDatabase, type TestDatabase } from '../shared/testing/test-database.ts'
import {
  type Answer,
  PUBLIC_URL,
  startTestService,
  type TestService,
} from '../shared/testing/test-service.ts'
import manifest from './manifest.ts'
import type { TokenView, UserView } from './schemas.ts'
import { MIGRATIONS } from './migrations-folder.ts'
import { start } from './start.ts'

export const usersDatabase = (): Promise<TestDatabase> => testDatabase('users', MIGRATIONS)

/** Encrypts the signing keys of every instance that a test file starts. */
export const KEY_ENCRYPTION_KEY = randomBytes(32).toString('base64')

interface UsersOptions {
  settings?: Partial<Record<keyof typeof manifest.settings, number | string>>
  keyEncryptionKey?: string
  redisUrl?: string
}

/** An instance of the service: cheap passwords, and no limit per address unless a test sets one. */
export async function startUsers(
  database: TestDatabase,
  options: UsersOptions = {},
): Promise<TestService> {
  return documentedAnswers(
    await startTestService(manifest, start, supplyFor(database.url, options)),
  )
}

const supplyFor = (
  databaseUrl: string,
  { settings, keyEncryptionKey = KEY_ENCRYPTION_KEY, redisUrl }: UsersOptions = {},
) => ({
  database: { url: databaseUrl, poolSize: 5 },
  cache: redisUrl === undefined ? {} : { url: redisUrl },
  calls: {},
  settings: {
    passwordCost: 4,
    loginsPerAddress: 100_000,
    registrationsPerAddress: 100_000,
    tokenMailsPerAddress: 100_000,
    ...settings,
  },
  secrets: { keyEncryptionKey },
})

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** `node apps/users/main.ts ...args` as an operator runs it. */
export async function runMain(
  database: TestDatabase,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  const { plain, secret } = environmentOf(manifest, {
    ...supplyFor(database.url),
    runtime: { ...RUNTIME, publicUrl: PUBLIC_URL },
  })
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    env: { ...plain, ...secret, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  return { code, stdout, stderr }
}

const RUNTIME = {
  ...{ host: '127.0.0.1', port: 1, version: 'test', logLevel: 'info' as const },
  ...{ corsOrigins: [], trustedProxyHops: 1 },
}

export const PASSWORD = 'correct horse'

export interface Account extends UserView, TokenView {
  password: string
}

let count = 0
export const newEmail = (name = 'user'): string => `${name}-${++count}@example.com`

export const register = (users: TestService, email: string, password = PASSWORD): Promise<Answer> =>
  users.call('/users', { json: { email, password, full_name: 'Ada Lovelace' } })

export const logIn = (users: TestService, email: string, password = PASSWORD): Promise<Answer> =>
  users.call('/auth/login', { json: { email, password } })

export const refresh = (users: TestService, refreshToken: string): Promise<Answer> =>
  users.call('/auth/refresh', { json: { refresh_token: refreshToken } })

/** Registers and logs in. */
export async function newAccount(users: TestService, email = newEmail()): Promise<Account> {
  const created = expectStatus(201, await register(users, email))
  const session = expectStatus(200, await logIn(users, email))
  return { ...created.body, ...session.body, password: PASSWORD }
}

export async function newAdmin(users: TestService, database: TestDatabase): Promise<Account> {
  const email = newEmail('admin')
  expectStatus(201, await register(users, email))
  await database.query(`update users.users set role = 'admin' where email = $1`, [email])
  const session = expectStatus(200, await logIn(users, email))
  const me = await users.call('/users/me', { token: session.body.access_token })
  return { ...me.body, ...session.body, password: PASSWORD }
}

function expectStatus(status: number, answer: Answer): Answer {
  if (answer.status === status) return answer
  throw new Error(`${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`)
}

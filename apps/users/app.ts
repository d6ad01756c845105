import type { Hono } from 'hono'
import type { Auth } from '../shared/auth/auth.ts'
import type { Database } from '../shared/database/database.ts'
import { type AppEnv, service } from '../shared/http/http.ts'
import type { Log } from '../shared/process/log.ts'
import { describe } from '../shared/http/openapi.ts'
import { LINK_HEADER, setNextLink } from '../shared/http/page.ts'
import { clientAddress, limitByAddress } from '../shared/http/rate-limit.ts'
import { answers, answersNothing, body, params, query } from '../shared/http/validation.ts'
import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { discovery } from './discovery.ts'
import { type LoginDeps, logIn } from './log-in.ts'
import { findUser, listUsers, updateUser } from './manage-users.ts'
import { changePassword, deleteAccount, findProfile, updateProfile } from './profile.ts'
import { logOut, refresh } from './refresh.ts'
import { register } from './register.ts'
import {
  Discovery,
  Jwks,
  PasswordChange,
  ProfileUpdate,
  RefreshRequest,
  Token,
  UserCreate,
  UserId,
  UserList,
  UserLogin,
  UserResponse,
  Users,
  UserUpdate,
} from './schemas.ts'
import type { SigningKeys } from './signing-keys.ts'
import { addTokenMails } from './token-mail-routes.ts'

export interface UsersApp extends LoginDeps {
  database: Database
  auth: Auth
  keys: SigningKeys
  registrations: RateLimiterAbstract
  logins: RateLimiterAbstract
  tokenMails: RateLimiterAbstract
  tokenAddresses: RateLimiterAbstract
  /** Somebody wishes for a new password. */
  takeUpResets: () => void
  log: Log
  runtime: { corsOrigins: readonly string[]; trustedProxyHops: number; publicUrl: string }
}

/** Every path of the users service. */
export function createApp(deps: UsersApp): Hono<AppEnv> {
  const { database, auth, keys, runtime } = deps
  const user = auth.requireUser()
  const admin = auth.requireRole('admin')
  const perAddress = (limiter: RateLimiterAbstract) =>
    limitByAddress(limiter, runtime.trustedProxyHops)

  const app = service(deps.log, runtime.corsOrigins)
    .post(
      '/users',
      describe('Register an account', { 400: 'Email already registered, or the body is not JSON' }),
      perAddress(deps.registrations),
      body(UserCreate),
      answers(201, UserResponse),
      async c => c.var.answer(await register(deps, c.req.valid('json'))),
    )
    .get(
      '/users',
      describe('List accounts, oldest first (admin)'),
      admin,
      query(UserList),
      answers(200, Users, { headers: LINK_HEADER }),
      async c => {
        const page = await listUsers(database, c.var.caller, c.req.valid('query'))
        setNextLink(c, page.next)
        return c.var.answer(page.items)
      },
    )
    .get('/users/me', describe('My account'), user, answers(200, UserResponse), async c =>
      c.var.answer(await findProfile(database, c.var.caller)),
    )
    .patch(
      '/users/me',
      describe('Change my name'),
      user,
      body(ProfileUpdate),
      answers(200, UserResponse),
      async c => c.var.answer(await updateProfile(database, c.var.caller, c.req.valid('json'))),
    )
    .delete(
      '/users/me',
      describe('Delete my account: it is anonymised and can not log in', { 409: 'The last admin' }),
      user,
      answersNothing(),
      async c => {
        await deleteAccount(database, c.var.caller)
        return c.var.done()
      },
    )
    .put(
      '/users/me/password',
      describe('Change my password; ends all my sessions', {
        400: 'current_password is not correct',
        429: 'Too many wrong passwords; wait Retry-After seconds',
      }),
      user,
      body(PasswordChange),
      answersNothing(),
      async c => {
        await changePassword(deps, c.var.caller, c.req.valid('json'))
        return c.var.done()
      },
    )
    .get(
      '/users/:user_id',
      describe('An account (its owner or an admin)', { 404: 'User not found' }),
      user,
      params(UserId),
      answers(200, UserResponse),
      async c => c.var.answer(await findUser(database, c.var.caller, c.req.valid('param').user_id)),
    )
    .patch(
      '/users/:user_id',
      describe('Change role or activity (admin)', {
        404: 'User not found',
        409: 'The last admin, or a deleted account',
      }),
      admin,
      params(UserId),
      body(UserUpdate),
      answers(200, UserResponse),
      async c =>
        c.var.answer(
          await updateUser(
            database,
            c.var.caller,
            c.req.valid('param').user_id,
            c.req.valid('json'),
          ),
        ),
    )
    .post(
      '/auth/login',
      describe('Log in', { 401: 'Incorrect email or password' }),
      perAddress(deps.logins),
      body(UserLogin),
      answers(200, Token),
      async c =>
        c.var.answer(
          await logIn(deps, c.req.valid('json'), clientAddress(c, runtime.trustedProxyHops)),
        ),
    )
    .post(
      '/auth/refresh',
      describe('A new pair of tokens; the refresh token that was sent is used up', {
        401: 'Not a valid refresh token',
      }),
      body(RefreshRequest),
      answers(200, Token),
      async c => c.var.answer(await refresh(deps, c.req.valid('json').refresh_token)),
    )
    .post(
      '/auth/logout',
      describe('End the session of a refresh token'),
      body(RefreshRequest),
      answersNothing(),
      async c => {
        await logOut(database, c.req.valid('json').refresh_token)
        return c.var.done()
      },
    )
    .get(
      '/.well-known/jwks.json',
      describe('Public keys of the access tokens'),
      answers(200, Jwks),
      c => {
        c.header('Cache-Control', 'public, max-age=60')
        return c.var.answer(keys.publicKeys())
      },
    )
    .get(
      '/.well-known/openid-configuration',
      describe('Issuer and key set'),
      answers(200, Discovery),
      c => c.var.answer(discovery(runtime.publicUrl, keys.publicKeys())),
    )
  return addTokenMails(app, deps)
}

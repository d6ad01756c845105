import type { Hono } from 'hono'
import type { AppEnv } from '../shared/http/http.ts'
import { describe } from '../shared/http/openapi.ts'
import { limitByAddress } from '../shared/http/rate-limit.ts'
import { answers, answersNothing, body } from '../shared/http/validation.ts'
import type { UsersApp } from './app.ts'
import { confirmReset, requestReset } from './password-reset.ts'
import {
  Accepted,
  EmailVerification,
  PasswordResetConfirmation,
  PasswordResetRequest,
} from './schemas.ts'
import { requestVerification, verifyEmail } from './verify-email.ts'

/** The paths to a forgotten password and to a confirmed address: each by a token in a mail. */
export function addTokenMails(app: Hono<AppEnv>, deps: UsersApp): Hono<AppEnv> {
  const { database, auth } = deps
  const user = auth.requireUser()
  const perAddress = limitByAddress(deps.tokenAddresses, deps.runtime.trustedProxyHops)
  return app
    .post(
      '/auth/password-reset',
      describe('Have a token for a new password mailed; the same answer for unknown addresses'),
      perAddress,
      body(PasswordResetRequest),
      answers(202, Accepted),
      async c => {
        await requestReset(deps, c.req.valid('json').email)
        deps.takeUpResets()
        return c.var.answer({ status: 'accepted' })
      },
    )
    .post(
      '/auth/password-reset/confirm',
      describe('Choose a new password by the token of a mail; ends all sessions', {
        400: 'The token is not valid, or the body is not JSON',
      }),
      perAddress,
      body(PasswordResetConfirmation),
      answersNothing(),
      async c => {
        await confirmReset(deps, c.req.valid('json'))
        return c.var.done()
      },
    )
    .post(
      '/users/me/email-verification',
      describe('Have a token mailed that confirms my address', {
        409: 'It is confirmed already',
        429: 'Too many mails; wait Retry-After seconds',
      }),
      user,
      answers(202, Accepted),
      async c => {
        await requestVerification(deps, c.var.caller)
        return c.var.answer({ status: 'accepted' })
      },
    )
    .post(
      '/auth/verify-email',
      describe('Confirm an address by the token of a mail', {
        400: 'The token is not valid, or the body is not JSON',
      }),
      perAddress,
      body(EmailVerification),
      answersNothing(),
      async c => {
        await verifyEmail(database, c.req.valid('json').token)
        return c.var.done()
      },
    )
}

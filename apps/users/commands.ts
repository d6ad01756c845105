import { z } from 'zod'
import { argument, type Command } from '../shared/process/run.ts'
import { KEY_SET_MAX_AGE_MS, VERIFIED_FOR_MS } from '../shared/auth/tokens.ts'
import { grantAdmin as grant } from './manage-users.ts'
import type manifest from './manifest.ts'
import { KEY_REFRESH_MS } from './maintain-keys.ts'
import { openKeys, openUsersDatabase } from './start.ts'

type UsersCommand = Command<typeof manifest>

/** `grant-admin EMAIL`: makes the first admin, whom nobody could make over HTTP. */
export const grantAdmin: UsersCommand = async (kit, args) => {
  const email = argument(args, 'EMAIL', z.email())
  await grant(await openUsersDatabase(kit), email)
  return `${email} is an admin now`
}

/** `rotate-keys soon|now`: a new signing key before the schedule makes one. */
export const rotateKeys: UsersCommand = async (kit, args) => {
  const when = argument(args, 'soon|now', z.enum(['soon', 'now']))
  const keys = openKeys(kit, await openUsersDatabase(kit))
  const { kid, noticeMinutes } = await keys.rotate(when === 'now')
  return `key ${kid} signs ${when === 'now' ? 'from now on' : `in ${noticeMinutes} minutes`}`
}

/** An instance of users may publish it until it reads the keys, a service keep what it fetched, and what it verified. */
const REVOKED_WITHIN_MINUTES = (KEY_REFRESH_MS + KEY_SET_MAX_AGE_MS + VERIFIED_FOR_MS) / 60_000

/** `revoke-key KID`: for a private key that somebody else may have. */
export const revokeKey: UsersCommand = async (kit, args) => {
  const kid = argument(args, 'KID', z.string().min(1))
  const successor = await openKeys(kit, await openUsersDatabase(kit)).revoke(kid)
  const signs = successor === undefined ? '' : ` and key ${successor} signs`
  return (
    `key ${kid} is revoked${signs}; every service refuses its tokens within ` +
    `${REVOKED_WITHIN_MINUTES} minutes (at once after a restart of users, then of the others)`
  )
}

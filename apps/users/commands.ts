import { z } from 'zod'
import { argument, type Command } from '../shared/run.ts'
import { grantAdmin as grant } from './manage-users.ts'
import type manifest from './manifest.ts'
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
  const kid = await openKeys(kit, await openUsersDatabase(kit)).rotate(when === 'now')
  return `key ${kid} signs ${when === 'now' ? 'from now on' : 'in 15 minutes'}`
}

import { z } from 'zod'
import { migrateCommand } from '../shared/migrate-command.ts'
import { argument, run } from '../shared/run.ts'
import { grantAdmin } from './manage-users.ts'
import manifest from './manifest.ts'
import { MIGRATIONS, openKeys, openUsersDatabase, start } from './start.ts'

await run(
  {
    manifest,
    start,
    commands: {
      migrate: migrateCommand(MIGRATIONS, process.env),
      'grant-admin': async (kit, args) => {
        const email = argument(args, 'EMAIL', z.email())
        await grantAdmin(await openUsersDatabase(kit), email)
        return `${email} is an admin now`
      },
      'rotate-keys': async (kit, args) => {
        const when = argument(args, 'soon|now', z.enum(['soon', 'now']))
        const kid = await openKeys(kit, await openUsersDatabase(kit)).rotate(when === 'now')
        return `key ${kid} signs ${when === 'now' ? 'from now on' : 'in 15 minutes'}`
      },
    },
  },
  process,
)

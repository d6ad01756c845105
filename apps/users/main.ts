import { migrateCommand } from '../shared/database/migrate-command.ts'
import { run } from '../shared/process/run.ts'
import manifest from './manifest.ts'
import { MIGRATIONS } from './migrations-folder.ts'

// Loaded when they are asked for: `migrate`, which goes before every start, needs nothing of the service.
const service = () => import('./start.ts')
const commands = () => import('./commands.ts')

await run(
  {
    manifest,
    start: async kit => (await service()).start(kit),
    commands: {
      migrate: migrateCommand(MIGRATIONS, process.env),
      'grant-admin': async (...given) => (await commands()).grantAdmin(...given),
      'revoke-key': async (...given) => (await commands()).revokeKey(...given),
      'rotate-keys': async (...given) => (await commands()).rotateKeys(...given),
    },
  },
  process,
)

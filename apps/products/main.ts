import { migrateCommand } from '../shared/database/migrate-command.ts'
import { run } from '../shared/process/run.ts'
import manifest from './manifest.ts'
import { MIGRATIONS } from './migrations-folder.ts'

await run(
  {
    manifest,
    // Loaded when it is asked for: `migrate`, which goes before every start, needs nothing of the service.
    start: async kit => (await import('./start.ts')).start(kit),
    commands: { migrate: migrateCommand(MIGRATIONS, process.env) },
  },
  process,
)

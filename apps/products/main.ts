import { migrateCommand } from '../shared/migrate-command.ts'
import { run } from '../shared/run.ts'
import manifest from './manifest.ts'
import { MIGRATIONS, start } from './start.ts'

await run(
  { manifest, start, commands: { migrate: migrateCommand(MIGRATIONS, process.env) } },
  process,
)

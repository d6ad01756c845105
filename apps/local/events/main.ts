import { join } from 'node:path'
import { logTo } from '../../shared/process/log.ts'
import { findServices } from '../services/find-services.ts'
import { StartError } from '../start-error.ts'
import { withDatabaseOf } from './database-of.ts'
import { readEventsOptions } from './options.ts'
import { runEvents } from './run-events.ts'

/** `npm run events`: looks into the bus of the shop on this machine. */
async function main(): Promise<void> {
  const appsDir = join(import.meta.dirname, '..', '..')
  const manifests = await findServices(appsDir)
  const { command, dataDir } = readEventsOptions(
    process.argv.slice(2),
    manifests,
    join(appsDir, '..', '.data'),
  )
  const say = (message: string) => void process.stderr.write(`${message}\n`)
  const log = { info: say, warn: say, error: say }
  const lines = await withDatabaseOf(dataDir, log, (adminUrl, isRunning) =>
    runEvents({
      command,
      manifests,
      adminUrl,
      isRunning,
      log: logTo(process.stderr, 'events', 'error'),
    }),
  )
  process.stdout.write(`${lines.join('\n')}\n`)
}

try {
  await main()
} catch (error) {
  if (!(error instanceof StartError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

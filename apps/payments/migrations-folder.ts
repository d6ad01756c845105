import { join } from 'node:path'

/** Apart from `start.ts`: the command that runs these loads nothing else of the service. */
export const MIGRATIONS = join(import.meta.dirname, 'migrations')

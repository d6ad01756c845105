import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
// Halves the time until the first line; so it comes before the modules that it is for.
enableCompileCache(join(root, 'node_modules', '.cache', 'shop'))
const { runLocal } = await import('./local/run-local.ts')

const exitCode = await runLocal({
  args: process.argv.slice(2),
  appsDir: import.meta.dirname,
  defaultDataDir: join(root, '.data'),
  path: process.env['PATH'] ?? '',
})
process.exit(exitCode)

import { join } from 'node:path'
import { styleText } from 'node:util'
import { status } from './status.ts'

process.exitCode = await status({
  argv: process.argv.slice(2),
  root: join(import.meta.dirname, '..', '..'),
  loadSystem: async () => {
    const [{ systemOf }, services] = await Promise.all([
      import('../system.ts'),
      import('../services.ts'),
    ])
    return systemOf(services)
  },
  // Plain off a terminal and with NO_COLOR.
  paint: text => styleText(['red', 'bold'], text, { stream: process.stdout }),
  print: line => process.stdout.write(`${line}\n`),
  complain: line => process.stderr.write(`${line}\n`),
})

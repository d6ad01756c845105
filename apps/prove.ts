import { randomInt } from 'node:crypto'
import { killChildren } from './local/processes/children.ts'
import { openOutput } from './local/log.ts'
import { StartError } from './local/start-error.ts'
import { proveCheckout } from './local/prove/prove-checkout.ts'
import { readProveOptions } from './local/prove/prove-options.ts'

// `npm run prove -- checkout`: exit code 0 when every rule held.
const output = openOutput(process.stdout)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    killChildren()
    process.exit(130)
  })
try {
  const options = readProveOptions(process.argv.slice(2), randomInt(2 ** 32))
  const broken = await proveCheckout({
    ...options,
    appsDir: import.meta.dirname,
    path: process.env['PATH'] ?? '',
    env: process.env,
    output,
  })
  process.exit(broken === 0 ? 0 : 1)
} catch (error) {
  if (!(error instanceof StartError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(2)
}

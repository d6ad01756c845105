import { fillCompose } from './local/compose/fill-compose.ts'
import { openOutput } from './local/log.ts'
import { killChildren } from './local/processes/children.ts'
import { StartError } from './local/start-error.ts'

// `npm run demo -- --compose DIR`
const output = openOutput(process.stdout)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    killChildren()
    process.exit(130)
  })
try {
  const { url, buyer, admin } = await fillCompose({
    ...{ args: process.argv.slice(2), appsDir: import.meta.dirname, env: process.env },
    log: output,
    signal: new AbortController().signal, // a signal ends this process at once
  })
  output.print(
    `${url}\n  buyer  ${buyer.email}  ${buyer.password}\n  admin  ${admin.email}  ${admin.password}`,
  )
} catch (error) {
  if (!(error instanceof StartError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(2)
}

import { join } from 'node:path'
import { render } from './render.ts'

/** `npm run render -- TARGET`: the manifests as another system than AWS reads them. */
process.exitCode = await render({
  argv: process.argv.slice(2),
  root: join(import.meta.dirname, '..', '..'),
  loadSystem: async () => {
    const [{ systemOf }, services] = await Promise.all([
      import('../system.ts'),
      import('../services.ts'),
    ])
    return systemOf(services)
  },
  print: text => process.stdout.write(`${text}\n`),
  complain: text => process.stderr.write(`${text}\n`),
})

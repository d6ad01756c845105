import { flushCompileCache } from 'node:module'
import { join, resolve } from 'node:path'

/**
 * `NODE_COMPILE_CACHE=CACHE node --random-seed=1 apps/bundle/warm.ts FOLDER`: fills V8's compile cache with a bundle's
 * code, for the processor that this runs on. The seed makes the bytes the same each time.
 */
async function main([folder = '']: readonly string[]): Promise<void> {
  const file = (name: string) => resolve(join(folder, name))
  // The service ends its process when it finds no environment, which is as far as it shall come.
  const exit = process.exit.bind(process)
  process.exit = () => {
    throw new NoEnvironment()
  }
  const write = process.stderr.write.bind(process.stderr)
  process.stderr.write = () => true
  await import(file('main.mjs')).catch((error: unknown) => {
    if (!(error instanceof NoEnvironment)) throw error
  })
  process.stderr.write = write
  for (const chunk of ['migrate-service', 'serve-app', 'start']) await import(file(`${chunk}.mjs`))
  flushCompileCache()
  exit(0)
}

class NoEnvironment extends Error {}

await main(process.argv.slice(2))

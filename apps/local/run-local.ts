import { announce } from './banner.ts'
import { killChildren } from './processes/children.ts'
import { type DataFolder, openDataFolder } from './data/data-folder.ts'
import { openOutput, type Output } from './log.ts'
import { readOptions } from './options.ts'
import { stopOrphanServices } from './services/orphans.ts'
import { type Parts, startPlatform, stopPlatform } from './platform.ts'
import { findServices } from './services/find-services.ts'
import { StartError } from './start-error.ts'

export interface LocalOptions {
  args: readonly string[]
  appsDir: string
  defaultDataDir: string
  path: string
}

/**
 * npm hands Ctrl-C on to us, which the terminal has sent us already: what comes this soon after the first is the same
 * key press.
 */
const SAME_KEY_PRESS_MS = 500

/** `npm start`: runs until it is told to stop. Returns the exit code. */
export async function runLocal(options: LocalOptions): Promise<number> {
  const output = openOutput(process.stdout)
  const stop = stopSignal(output)
  const parts: Parts = { services: [] }
  let folder: DataFolder | undefined
  let exitCode = 0
  try {
    const manifests = await findServices(options.appsDir)
    const names = manifests.map(({ name }) => name)
    const { dataDir, services, ...rest } = readOptions(options.args, names, options.defaultDataDir)
    folder = await openDataFolder(dataDir, output)
    const platform = await startPlatform(
      { ...options, ...rest, folder, manifests, run: services, output, signal: stop },
      parts,
    )
    announce(platform, folder.demo, output)
    await aborted(stop)
  } catch (error) {
    if (!stop.aborted) {
      exitCode = 1
      report(error, output)
    }
  }
  await stopPlatform(parts)
  if (folder) await stopOrphanServices(folder.processes, output)
  await folder?.release()
  if (stop.aborted) output.info('stopped')
  return exitCode
}

function report(error: unknown, output: Output): void {
  if (error instanceof StartError) {
    if (output.forPeople) output.print(`\n${error.message}\n`)
    else output.error(error.message, { code: error.code })
  } else output.error(error instanceof Error ? (error.stack ?? error.message) : String(error))
}

/** Aborts at the first signal; a second one ends everything at once. */
function stopSignal(output: Output): AbortSignal {
  const controller = new AbortController()
  let firstAt = 0
  const onSignal = (name: NodeJS.Signals) => {
    if (!controller.signal.aborted) {
      firstAt = performance.now()
      output.info(`${name}: stopping; once more to kill everything at once`)
      controller.abort()
    } else if (performance.now() - firstAt > SAME_KEY_PRESS_MS) {
      killChildren()
      process.exit(130)
    }
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal)
  process.on('uncaughtException', error => {
    report(error, output)
    killChildren()
    process.exit(1)
  })
  return controller.signal
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { StartError } from './start-error.ts'

export interface Options {
  /** Services to run; all when none is named. */
  services: readonly string[]
  /** Begin with an empty database. */
  fresh: boolean
  port: number
  dataDir: string
}

const USAGE = 'Usage: npm start [-- SERVICE... --fresh --port PORT --data DIR]'
const DEFAULT_PORT = 8080

/**
 * Reads the command line.
 * @param known names of all services there are
 * @throws {StartError} naming what was given and what is allowed
 */
export function readOptions(
  args: readonly string[],
  known: readonly string[],
  defaultDataDir: string,
): Options {
  const { values, positionals } = parsed(args)
  const strangers = positionals.filter(name => !known.includes(name))
  if (strangers.length > 0)
    throw badOption(`Unknown service: ${strangers.join(', ')}.`, `Services: ${known.join(', ')}.`)
  return {
    services: positionals.length === 0 ? known : known.filter(name => positionals.includes(name)),
    fresh: values.fresh ?? false,
    port: readPort(values.port),
    dataDir: resolve(values.data ?? defaultDataDir),
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        fresh: { type: 'boolean' },
        port: { type: 'string' },
        data: { type: 'string' },
      },
    })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw badOption(
      `${error.message.split(/[.;] /)[0]}.`,
      'Options: --fresh, --port PORT, --data DIR.',
    )
  }
}

function readPort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port
  throw badOption(`--port ${text} is no port.`, 'A port is a number from 1 to 65535.')
}

const badOption = (found: string, allowed: string): StartError =>
  new StartError('bad_option', found, `${allowed}\n${USAGE}`)

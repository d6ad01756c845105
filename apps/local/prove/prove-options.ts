import { parseArgs } from 'node:util'
import { StartError } from '../start-error.ts'

export interface ProveOptions {
  /** Who race. */
  buyers: number
  /** Of the product that they race for. */
  units: number
  /** How long they race while processes are killed. */
  seconds: number
  /** Processes killed at random moments. */
  kills: number
  /** Replays what was drawn at random; printed by each run. */
  seed: number
  /** Folder of a compose project that runs, in place of processes of its own; nothing is killed there. */
  compose?: string
}

const USAGE =
  'Usage: npm run prove -- checkout [--buyers 200] [--units 50] [--seconds 60] [--kills 40] [--seed NUMBER]\n       npm run prove -- checkout --compose DIR [--buyers 20] [--units 8] [--seconds 15] [--seed NUMBER]'

const LIMITS = {
  buyers: { min: 1, max: 2000, fallback: 200 },
  units: { min: 1, max: 10_000, fallback: 50 },
  seconds: { min: 1, max: 3600, fallback: 60 },
  kills: { min: 0, max: 1000, fallback: 40 },
  seed: { min: 0, max: 2 ** 32 - 1, fallback: undefined },
} as const

/** Each registration and login counts against the limits of one address there. */
const SMALL: Partial<Record<keyof typeof LIMITS, number>> = {
  ...{ buyers: 20, units: 8, seconds: 15, kills: 0 },
}

/** @param newSeed for a run that names none @throws {StartError} naming what was given and what is allowed */
export function readProveOptions(args: readonly string[], newSeed: number): ProveOptions {
  const { values, positionals } = parsed(args)
  const [what, ...more] = positionals
  if (what !== 'checkout' || more.length > 0)
    throw wrong(
      positionals.length === 0
        ? 'Say what to prove.'
        : `There is no proof named "${positionals.join(' ')}"; there is: checkout.`,
    )
  const { compose } = values
  if (compose === '') throw wrong('--compose is empty; name the folder of a compose project.')
  if (compose !== undefined && values.kills !== undefined)
    throw wrong('--kills does not go with --compose: only processes of its own are killed.')
  const read = (name: keyof typeof LIMITS): number => {
    const { min, max, fallback } = LIMITS[name]
    const text = values[name]
    if (text === undefined)
      return (compose === undefined ? fallback : (SMALL[name] ?? fallback)) ?? newSeed
    const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
    if (number >= min && number <= max) return number
    throw wrong(`--${name} ${text} must be a whole number from ${min} to ${max}.`)
  }
  return {
    buyers: read('buyers'),
    units: read('units'),
    seconds: read('seconds'),
    kills: read('kills'),
    seed: read('seed'),
    ...(compose !== undefined && { compose }),
  }
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { buyers: text, units: text, seconds: text, kills: text, seed: text, compose: text },
    })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw wrong(`${error.message}.`)
  }
}

const wrong = (message: string) => new StartError('bad_option', message, USAGE)

import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import type { AnyManifest } from '../../shared/manifest.ts'
import { StartError } from '../start-error.ts'

export type EventsCommand =
  | { name: 'dead-letters'; consumers: readonly AnyManifest[] }
  | { name: 'redrive'; consumer: AnyManifest; ids: 'all' | readonly string[] }
  | { name: 'lag' }

export interface EventsOptions {
  command: EventsCommand
  dataDir: string
}

const USAGE = `Usage:
  npm run events -- dead-letters [SERVICE]
  npm run events -- redrive SERVICE [ID...|all]
  npm run events -- lag
Option: --data DIR, as of npm start`

/** @throws {StartError} naming what was given and what is allowed */
export function readEventsOptions(
  args: readonly string[],
  manifests: readonly AnyManifest[],
  defaultDataDir: string,
): EventsOptions {
  const { values, positionals } = parsed(args)
  const [name, ...rest] = positionals
  return {
    command: commandOf(name, rest, manifests),
    dataDir: resolve(values.data ?? defaultDataDir),
  }
}

function commandOf(
  name: string | undefined,
  rest: readonly string[],
  manifests: readonly AnyManifest[],
): EventsCommand {
  const consumers = manifests.filter(({ consumes }) => consumes.length > 0)
  const [service, ...ids] = rest
  switch (name) {
    case 'dead-letters':
      if (ids.length > 0) throw badOption(`dead-letters takes one service, not: ${rest.join(' ')}.`)
      return {
        name,
        consumers: service === undefined ? consumers : [consumerOf(service, consumers)],
      }
    case 'redrive':
      return { name, consumer: consumerOf(service, consumers), ids: idsOf(ids) }
    case 'lag':
      if (rest.length > 0) throw badOption(`lag takes nothing, not: ${rest.join(' ')}.`)
      return { name }
    case undefined:
      throw badOption('A command is missing.')
    default:
      throw badOption(`Unknown command: ${name}.`)
  }
}

function consumerOf(name: string | undefined, consumers: readonly AnyManifest[]): AnyManifest {
  const found = consumers.find(manifest => manifest.name === name)
  if (found) return found
  const allowed = `Services that consume events: ${consumers.map(manifest => manifest.name).join(', ') || 'none'}.`
  throw badOption(
    name === undefined
      ? `redrive needs a service. ${allowed}`
      : `${name} consumes no events. ${allowed}`,
  )
}

function idsOf(ids: readonly string[]): 'all' | readonly string[] {
  if (ids.length === 0 || (ids.length === 1 && ids[0] === 'all')) return 'all'
  const wrong = ids.filter(id => !z.guid().safeParse(id).success)
  if (wrong.length === 0) return ids
  throw badOption(`No id of a dead letter: ${wrong.join(', ')}. dead-letters lists them.`)
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { data: { type: 'string' } },
    })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw badOption(`${error.message.split(/[.;] /)[0]}.`)
  }
}

const badOption = (found: string): StartError => new StartError('bad_option', found, USAGE)

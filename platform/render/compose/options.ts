import { parseArgs } from 'node:util'
import { variableName } from '../../../apps/shared/manifest.ts'
import type { System } from '../../system.ts'
import { UsageError } from '../target.ts'

export type ComposeSettings = Readonly<Record<string, Readonly<Record<string, string>>>>

export interface Options {
  out: string | undefined
  /** Where the shop is on this machine. */
  port: number
  /** Where its database is, if it is to be reached from this machine. */
  databasePort: number | undefined
  /** By service and setting, in place of the manifests' defaults. */
  settings: ComposeSettings
}

const DEFAULT_PORT = 8080
export const USAGE = `[--out DIR] [--port ${DEFAULT_PORT}] [--database-port PORT] [--set SERVICE.SETTING=VALUE]...`

/** @throws {UsageError} naming what was given and what is allowed */
export function optionsOf(args: string[], system: System): Options {
  const { values } = parseArgs({
    args,
    options: {
      out: { type: 'string' },
      port: { type: 'string' },
      'database-port': { type: 'string' },
      set: { type: 'string', multiple: true },
    },
  })
  if (values.out === '') throw new UsageError('--out is empty; name a folder such as .data/compose')
  const databasePort = values['database-port']
  return {
    out: values.out,
    port: values.port === undefined ? DEFAULT_PORT : portOf('--port', values.port),
    databasePort: databasePort === undefined ? undefined : portOf('--database-port', databasePort),
    settings: settingsOf(values.set ?? [], system),
  }
}

function portOf(option: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port >= 1 && port <= 65_535) return port
  throw new UsageError(`${option} ${text} is no port; a port is a number from 1 to 65535`)
}

function settingsOf(given: readonly string[], system: System): ComposeSettings {
  const settings: Record<string, Record<string, string>> = {}
  for (const text of given) {
    const [, service = '', name = '', value = ''] = /^([^.=]+)\.([^.=]+)=(.*)$/s.exec(text) ?? []
    if (service === '')
      throw new UsageError(`--set ${text} must be such as orders.reservationMinutes=5`)
    const manifest = system.get(service)
    if (!manifest)
      throw new UsageError(
        `--set ${text}: there is no service "${service}"; services: ${[...system.keys()].join(', ')}`,
      )
    const shape = Object.hasOwn(manifest.settings, name) ? manifest.settings[name] : undefined
    if (!shape)
      throw new UsageError(
        `--set ${text}: ${service} has no setting "${name}"; it has ${Object.keys(manifest.settings).join(', ') || 'none'}`,
      )
    const checked = shape.safeParse(value)
    if (!checked.success)
      throw new UsageError(
        `--set ${text}: ${variableName(name)} ${checked.error.issues.map(({ message }) => message).join(', ')}`,
      )
    settings[service] = { ...settings[service], [name]: value }
  }
  return settings
}

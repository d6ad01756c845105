import { z } from 'zod'
import { LOG_LEVELS } from '../../apps/shared/environment.ts'
import type { AnyManifest } from '../../apps/shared/manifest.ts'
import { json, rightPart } from './config-values.ts'
import { nearMiss } from './near-miss.ts'
import type { System } from '../system.ts'
import { fargateSize } from '../service/task-size.ts'

const TASKS = 'must be a whole number of tasks from 0 to 1000'
const tasks = z.int(TASKS).min(0, TASKS).max(1000, TASKS)
const PERCENT = 'must be a percentage from 10 to 90'
const REQUESTS = 'must be a whole number of requests, 1 or more'
const SETTING = 'must be text, a number, true or false'

/** A time of the day or the week at which a service gets other bounds. */
const Schedule = z.strictObject({
  /** Six fields: minutes, hours, day of month, month, day of week, year: `0 7 ? * MON-FRI *`. */
  cron: z.string().regex(/^\S+( \S+){5}$/, 'must be six fields: 0 7 ? * MON-FRI *'),
  timezone: z
    .string()
    .refine(isTimezone, 'must be a time zone such as Europe/Berlin')
    .default('UTC'),
  min: tasks,
  max: tasks,
})

/** What a stack may set for one service; what is left out is as in the manifest. */
export const ServiceOverrides = z.strictObject({
  min: tasks.optional(),
  max: tasks.optional(),
  vcpu: z.number('must be a number of CPUs such as 0.5').optional(),
  memoryMiB: z.number('must be a number of MiB such as 1024').optional(),
  cpuPercent: z.number(PERCENT).min(10, PERCENT).max(90, PERCENT).optional(),
  requestsPerTarget: z.int(REQUESTS).min(1, REQUESTS).optional(),
  /** `own`: an instance of its own in place of a schema in the shared one. */
  database: z.enum(['shared', 'own'], 'must be shared or own').default('shared'),
  logLevel: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).optional(),
  settings: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()], SETTING))
    .default({}),
  schedules: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), Schedule).default({}),
})

export type ServiceOverrides = z.output<typeof ServiceOverrides>

/** What is right in the stack's `services`, as JSON: the rest is checked against it and refused by itself. */
export function rightOverrides(given: unknown): Record<string, ServiceOverrides> {
  const lenient = json(z.record(z.string(), z.record(z.string(), z.unknown()).catch({})))
  const services = lenient.safeParse(given).data ?? {}
  return Object.fromEntries(
    Object.entries(services).map(([name, overrides]) => [
      name,
      ServiceOverrides.parse(rightPart(ServiceOverrides, overrides)),
    ]),
  )
}

/** Size, bounds and settings of one service in one stack. */
export interface ServiceConfig extends Pick<
  AnyManifest['scale'],
  'min' | 'max' | 'cpuPercent' | 'requestsPerTarget'
> {
  vcpu: number
  memoryMiB: number
  database: 'shared' | 'own'
  logLevel: (typeof LOG_LEVELS)[number]
  settings: ServiceOverrides['settings']
  schedules: ServiceOverrides['schedules']
}

interface Given {
  logLevel: ServiceConfig['logLevel']
  services: Readonly<Record<string, ServiceOverrides>>
}

/** The manifest's own values with the stack's over them. Pure. */
export function serviceConfig(manifest: AnyManifest, given: Given): ServiceConfig {
  const own = given.services[manifest.name] ?? ServiceOverrides.parse({})
  return {
    min: own.min ?? manifest.scale.min,
    max: own.max ?? Math.max(manifest.scale.max, own.min ?? 0),
    cpuPercent: own.cpuPercent ?? manifest.scale.cpuPercent,
    requestsPerTarget: own.requestsPerTarget ?? manifest.scale.requestsPerTarget,
    vcpu: own.vcpu ?? manifest.size.vcpu,
    memoryMiB: own.memoryMiB ?? manifest.size.memoryMiB,
    database: own.database,
    logLevel: own.logLevel ?? given.logLevel,
    settings: own.settings,
    schedules: own.schedules,
  }
}

/** Problems of `services` against what the services are: `users.min is 5: ...`. Pure. */
export function serviceProblems(given: Given, system: System): string[] {
  const names = [...system.keys()]
  const unknown = Object.keys(given.services)
    .filter(name => !system.has(name))
    .map(name => `${name} is no service; ${nearMiss(name, names)}`)
  const wrong = [...system.values()].flatMap(manifest =>
    problemsOf(manifest, serviceConfig(manifest, given)).map(line => `${manifest.name}.${line}`),
  )
  return [...unknown, ...wrong]
}

function problemsOf(manifest: AnyManifest, config: ServiceConfig): string[] {
  const problems: string[] = []
  const bounds = (at: string, { min, max }: { min: number; max: number }) => {
    if (min > max || max < 1)
      problems.push(`${at}min is ${min}, max is ${max}: must be 0 <= min <= max and max >= 1`)
  }
  bounds('', config)
  for (const [name, schedule] of Object.entries(config.schedules))
    bounds(`schedules.${name}.`, schedule)
  try {
    fargateSize(config)
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error))
  }
  if (config.database === 'own' && !manifest.needs.database)
    problems.push('database is "own": the service needs no database')
  return [...problems, ...settingProblems(manifest, config.settings)]
}

function settingProblems({ settings }: AnyManifest, given: ServiceOverrides['settings']): string[] {
  const known = Object.keys(settings)
  return Object.entries(given).flatMap(([key, value]) => {
    const shape = settings[key]
    if (!shape) return [`settings.${key} is no setting; ${nearMiss(key, known)}`]
    const result = shape.safeParse(String(value))
    if (result.success) return []
    const allowed = result.error.issues.map(issue => issue.message).join(', ')
    return [`settings.${key} is ${JSON.stringify(value)}: ${allowed}`]
  })
}

function isTimezone(name: string): boolean {
  return Intl.supportedValuesOf('timeZone').includes(name) || name === 'UTC'
}

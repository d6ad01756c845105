import type * as pulumi from '@pulumi/pulumi'
import { Database, type DatabaseArgs } from './database.ts'
import { poolSize } from './database-pool.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import type { System } from '../system.ts'

/** Which services share an instance: by the instance's name in the program. */
export type DatabasePlan = ReadonlyMap<string, readonly string[]>

const SHARED = 'database'

/** One instance for all, but for the services whose stack gives them one of their own. Pure. */
export function databasePlan(
  system: System,
  configs: ReadonlyMap<string, Pick<ServiceConfig, 'database'>>,
): DatabasePlan {
  const plan = new Map<string, string[]>()
  for (const { name, needs } of system.values()) {
    if (!needs.database) continue
    const instance = configs.get(name)?.database === 'own' ? `${SHARED}-${name}` : SHARED
    plan.set(instance, [...(plan.get(instance) ?? []), name])
  }
  return plan
}

/** A service's instance and the connections that each of its tasks may have there. */
export interface ServiceDatabase {
  instance: Database
  poolSize: number
}

/** The instances of a plan. @returns by the service's name */
export function createDatabases(
  plan: DatabasePlan,
  configs: ReadonlyMap<string, Pick<ServiceConfig, 'max' | 'schedules'>>,
  args: DatabaseArgs,
  opts: pulumi.ComponentResourceOptions,
): ReadonlyMap<string, ServiceDatabase> {
  return new Map(
    [...plan].flatMap(([name, services]) => {
      const tasks = services.map(service => mostTasks(configs.get(service)))
      const shared = {
        poolSize: poolSize(
          args.instanceClass,
          tasks.reduce((sum, count) => sum + count, 0),
        ),
        instance: new Database(name, args, opts),
      }
      return services.map(service => [service, shared] as const)
    }),
  )
}

const mostTasks = (config: Pick<ServiceConfig, 'max' | 'schedules'> | undefined): number =>
  Math.max(config?.max ?? 0, ...Object.values(config?.schedules ?? {}).map(({ max }) => max))

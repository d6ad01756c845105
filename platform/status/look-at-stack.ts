import { NAME_LIMITS, physicalName } from '../names.ts'
import type { System } from '../system.ts'
import type { StatusClients } from './clients.ts'
import { lookAtAlarms } from './look-at-alarms.ts'
import { lookAtQueues } from './look-at-queues.ts'
import { lookAtServices } from './look-at-services.ts'
import type { StackStatus } from './stack-status.ts'

export interface StackPlace {
  project: string
  stack: string
  region: string
  /** Every stack that has a file. */
  stacks: readonly string[]
}

/** Asks ECS, SQS and CloudWatch, all at once. @throws Error saying what can't be seen, and what to do */
export async function lookAtStack(
  { project, stack, region, stacks }: StackPlace,
  system: System,
  clients: StatusClients,
  at = new Date(),
): Promise<StackStatus> {
  const prefixOf = (name: string) => physicalName([project, name], NAME_LIMITS.prefix)
  const prefix = prefixOf(stack)
  const cluster = physicalName([prefix], NAME_LIMITS.cluster)
  const names = [...system.keys()]
  const consumers = names.filter(name => (system.get(name)?.consumes.length ?? 0) > 0)
  // First, and alone: whether there is such a stack.
  const services = await lookAtServices(clients.ecs, cluster, names)
  const [queues, alarms] = await Promise.all([
    lookAtQueues(clients, prefix, consumers, at),
    lookAtAlarms(
      clients.metrics,
      prefix,
      stacks.filter(other => other !== stack && other.startsWith(stack)).map(prefixOf),
      names,
    ),
  ])
  return {
    stack,
    cluster,
    region,
    at,
    services: services.map(service => ({ ...service, queue: queues.get(service.name) })),
    ...alarms,
  }
}

import type { Assumptions } from './assumptions.ts'
import { isObject, listOf, numberOf, textOf, type Inputs } from './inputs.ts'
import type { PreviewResource, StackPreview } from './stack-preview.ts'

const CPU_UNITS = 1024
const MIB_PER_GB = 1024

interface TaskUsage {
  key: string
  quantity: number
}

/** vCPU and memory hours of the tasks that a service keeps running, on Fargate and on Fargate Spot. */
export function tasksOf(
  service: PreviewResource,
  preview: StackPreview,
  { hoursPerMonth }: Assumptions,
): TaskUsage[] {
  const definition = definitionOf(service, preview)
  if (!definition) return [{ key: 'ecs.unknown-task-definition', quantity: 1 }]
  const { cpu, memory, runtimePlatform } = definition
  const vcpu = numberOf(cpu, 0) / CPU_UNITS
  const gigabytes = numberOf(memory, 0) / MIB_PER_GB
  const architecture =
    (isObject(runtimePlatform) && textOf(runtimePlatform['cpuArchitecture'])) || 'X86_64'
  const total = smallest(service, preview)
  const spot = total * spotShare(listOf(service.inputs['capacityProviderStrategies']), total)
  const hours = { '': (total - spot) * hoursPerMonth, '.spot': spot * hoursPerMonth }
  return Object.entries(hours).flatMap(([kind, quantity]) => [
    { key: `fargate.${architecture}${kind}.vcpu`, quantity: quantity * vcpu },
    { key: `fargate.${architecture}${kind}.gb`, quantity: quantity * gigabytes },
  ])
}

const definitionOf = (
  service: PreviewResource,
  { resources }: StackPreview,
): Inputs | undefined => {
  const urns = service.propertyDependencies['taskDefinition'] ?? []
  return resources.find(
    ({ urn, type }) => type === 'aws:ecs/taskDefinition:TaskDefinition' && urns.includes(urn),
  )?.inputs
}

/** Autoscaling never goes below its minimum; without it the service says how many. */
function smallest({ urn, inputs }: PreviewResource, { resources }: StackPreview): number {
  const target = resources.find(
    ({ type, propertyDependencies }) =>
      type === 'aws:appautoscaling/target:Target' &&
      propertyDependencies['resourceId']?.includes(urn),
  )
  return numberOf(target?.inputs['minCapacity'] ?? inputs['desiredCount'], 1)
}

/** ECS first fills the base, then shares the rest by weight. */
function spotShare(strategies: Inputs[keyof Inputs][], total: number): number {
  const entries = strategies.filter(isObject).map(({ capacityProvider, base, weight }) => ({
    spot: capacityProvider === 'FARGATE_SPOT',
    base: numberOf(base, 0),
    weight: numberOf(weight, 0),
  }))
  const sum = (of: typeof entries, value: 'base' | 'weight') =>
    of.reduce((so, entry) => so + entry[value], 0)
  const spot = entries.filter(entry => entry.spot)
  const rest = Math.max(0, total - sum(entries, 'base'))
  const weights = sum(entries, 'weight')
  const byWeight = weights > 0 ? (rest * sum(spot, 'weight')) / weights : 0
  return total > 0 ? Math.min(1, (Math.min(total, sum(spot, 'base')) + byWeight) / total) : 0
}

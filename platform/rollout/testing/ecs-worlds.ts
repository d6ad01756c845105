import { AwsError, type Answering, type Fault } from './aws-stand-in.ts'
import { EcsWorld } from './ecs-world.ts'

/** A fault that meets one operation. */
export interface OperationFault extends Fault {
  operation: string
}

/** Several services. Every call says whom it is about: by name, by a task's ARN or by the name of an alarm or a log. */
export class EcsWorlds implements Answering {
  readonly faults = new Map<string, OperationFault>()
  private readonly worlds: readonly EcsWorld[]

  /** @param runs ARN of the task definition that each runs already */
  constructor(services: readonly string[], runs?: (service: string) => string) {
    this.worlds = services.map(service => new EcsWorld(service, runs?.(service)))
  }

  of(service: string): EcsWorld {
    const found = this.worlds.find(world => world.service === service)
    if (found) return found
    throw new Error(`there is no service ${service}`)
  }

  answer(operation: string, input: Record<string, unknown>): object {
    if (operation === 'DescribeServices') return this.describe(input['services'] as string[], input)
    return this.ask(operation, input)
  }

  /** One call may be about several services. */
  private describe(services: readonly string[], input: Record<string, unknown>): object {
    const there = services.filter(service => this.worlds.some(world => world.service === service))
    return {
      services: there.flatMap(
        service =>
          (
            this.ask('DescribeServices', { ...input, services: [service] }) as {
              services: object[]
            }
          ).services,
      ),
      failures: services
        .filter(service => !there.includes(service))
        .map(service => ({ arn: service, reason: 'MISSING' })),
    }
  }

  private ask(operation: string, input: Record<string, unknown>): object {
    const text = JSON.stringify(input)
    const world = this.worlds.find(({ service }) => text.includes(service))
    if (!world) throw new Error(`${operation} is about no service: ${text}`)
    const fault = this.faults.get(world.service)
    if (fault?.operation === operation && (fault.times ?? 1) > 0) {
      if (fault.times !== undefined) fault.times -= 1
      throw new AwsError(fault)
    }
    return world.answer(operation, input)
  }
}

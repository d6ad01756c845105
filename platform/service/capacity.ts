import type * as aws from '@pulumi/aws'

/**
 * How tasks are shared between Fargate and Fargate Spot. Pure. With less than 100 percent on Spot the first task of a service never is: one answers when Spot has nothing left.
 */
export function capacityOf(
  spotPercent: number,
): aws.types.input.ecs.ServiceCapacityProviderStrategy[] {
  const onDemand = {
    capacityProvider: 'FARGATE',
    base: spotPercent < 100 ? 1 : 0,
    weight: 100 - spotPercent,
  }
  const spot = { capacityProvider: 'FARGATE_SPOT', base: 0, weight: spotPercent }
  return [onDemand, spot].filter(({ weight }) => weight > 0)
}

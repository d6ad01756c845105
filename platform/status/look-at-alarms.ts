import {
  type CloudWatchClient,
  type CompositeAlarm,
  type MetricAlarm,
  paginateDescribeAlarms,
} from '@aws-sdk/client-cloudwatch'
import { looking } from './clients.ts'
import type { StackStatus } from './stack-status.ts'

/** @param others prefixes of stacks whose names begin as this one's does */
export async function lookAtAlarms(
  metrics: CloudWatchClient,
  prefix: string,
  others: readonly string[],
  services: readonly string[],
): Promise<Pick<StackStatus, 'alarms' | 'alarmed'>> {
  const all = await looking('the alarms', async () => {
    const found: (MetricAlarm | CompositeAlarm)[] = []
    const pages = paginateDescribeAlarms({ client: metrics }, { AlarmNamePrefix: `${prefix}-` })
    for await (const { MetricAlarms = [], CompositeAlarms = [] } of pages)
      found.push(...MetricAlarms, ...CompositeAlarms)
    return found
  })
  const own = all.filter(
    ({ AlarmName = '' }) => !others.some(other => AlarmName.startsWith(`${other}-`)),
  )
  return {
    alarms: own.length,
    alarmed: own
      .filter(({ StateValue }) => StateValue === 'ALARM')
      .map(({ AlarmName: name = '', StateReason: reason = '', ...alarm }) => ({
        name,
        service: services.find(service => name.startsWith(`${prefix}-${service}-`)),
        since: alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp,
        reason,
      }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

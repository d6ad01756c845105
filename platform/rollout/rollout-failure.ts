import { DescribeAlarmsCommand, type CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import {
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  type Service,
  type ServiceDeployment,
  type Task,
} from '@aws-sdk/client-ecs'
import type { AwsClients } from './aws-clients.ts'
import { asking } from './aws-errors.ts'
import type { ServicePlace } from './ecs-deployments.ts'
import { idOf, lastLines, type LogPlace } from './log-lines.ts'
import type { Clock } from './patience.ts'
import { failedFirst, stopReasons } from './stopped-tasks.ts'

export interface FailedRollout {
  place: ServicePlace
  taskDefinition: string
  log: LogPlace
  /** Undefined where ECS never listed one. */
  deployment: ServiceDeployment | undefined
  service: Service
}

/** What one needs to know of a rollout that failed, as lines under a heading. */
export async function failureDetails(
  { place, taskDefinition, log, deployment, service }: FailedRollout,
  aws: AwsClients,
  clock: Clock & { pollSeconds: number },
): Promise<string[]> {
  const tasks = failedFirst(await stoppedTasks(aws.ecs, place, taskDefinition, deployment))
  const [last] = tasks
  return [
    `  deployment ${deployment?.serviceDeploymentArn === undefined ? 'not listed by ECS' : idOf(deployment.serviceDeploymentArn)} of ${idOf(taskDefinition)} in cluster ${place.cluster}`,
    ...reasons(deployment),
    ...section('alarms', await alarmLines(aws.alarms, deployment)),
    ...section('stopped tasks', stopReasons(tasks)),
    ...(last?.taskArn === undefined
      ? []
      : section(
          `last log lines of task ${idOf(last.taskArn)}`,
          await lastLines(aws.logs, log, last.taskArn, clock),
        )),
    ...section('what ECS says', eventLines(service, deployment)),
  ]
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`  ${title}:`, ...lines.map(line => `    ${line}`)]

function reasons(deployment: ServiceDeployment | undefined): string[] {
  if (!deployment) return []
  const { statusReason, rollback, deploymentCircuitBreaker: breaker } = deployment
  const given = new Set([statusReason, rollback?.reason].filter(reason => reason !== undefined))
  return [
    ...[...given].map(reason => `  reason: ${reason}`),
    ...(breaker?.status === 'TRIGGERED'
      ? [`  circuit breaker: ${breaker.failureCount} tasks failed, ${breaker.threshold} are enough`]
      : []),
  ]
}

/** Those that took it back, and those that are in ALARM now. */
async function alarmLines(
  alarms: CloudWatchClient,
  deployment: ServiceDeployment | undefined,
): Promise<string[]> {
  const { alarmNames = [], triggeredAlarmNames = [] } = deployment?.alarms ?? {}
  if (alarmNames.length + triggeredAlarmNames.length === 0) return []
  const { MetricAlarms = [] } = await asking(
    "the rollout failed, and its alarms can't be read",
    () =>
      alarms.send(
        new DescribeAlarmsCommand({
          AlarmNames: [...new Set([...alarmNames, ...triggeredAlarmNames])],
        }),
      ),
  )
  return MetricAlarms.flatMap(({ AlarmName = '', StateValue, StateReason }) =>
    StateValue === 'ALARM' || triggeredAlarmNames.includes(AlarmName)
      ? [`${AlarmName}: ${StateValue}: ${StateReason}`]
      : [],
  )
}

/** ECS keeps stopped tasks for an hour. */
async function stoppedTasks(
  ecs: ECSClient,
  { cluster, service }: ServicePlace,
  taskDefinition: string,
  deployment: ServiceDeployment | undefined,
): Promise<Task[]> {
  const doing = "its stopped tasks can't be read"
  const { taskArns = [] } = await asking(doing, () =>
    ecs.send(new ListTasksCommand({ cluster, serviceName: service, desiredStatus: 'STOPPED' })),
  )
  if (taskArns.length === 0) return []
  const { tasks = [] } = await asking(doing, () =>
    ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns })),
  )
  const since = deployment?.createdAt?.getTime() ?? 0
  return tasks.filter(
    task =>
      task.taskDefinitionArn === taskDefinition && (task.createdAt?.getTime() ?? since) >= since,
  )
}

const EVENTS = 3

function eventLines({ events = [] }: Service, deployment: ServiceDeployment | undefined): string[] {
  const since = deployment?.createdAt?.getTime() ?? 0
  return events
    .filter(({ createdAt }) => (createdAt?.getTime() ?? 0) >= since)
    .slice(0, EVENTS)
    .flatMap(({ message }) => message ?? [])
}

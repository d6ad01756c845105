import {
  DescribeTasksCommand,
  type ECSClient,
  RunTaskCommand,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs'
import type { AwsClients } from './aws-clients.ts'
import { asking } from './aws-errors.ts'
import { idOf, lastLines, type LogPlace } from './log-lines.ts'
import { type Clock, CLOCK, type Patience, spoken, waitFor } from './patience.ts'
import { whyStopped } from './stopped-tasks.ts'

/** What a migration is made of; all of it stands in the state. */
export interface MigrationRun extends Patience {
  region: string
  service: string
  cluster: string
  /** ARN with revision: another one is another version. */
  taskDefinition: string
  subnets: string[]
  securityGroups: string[]
  log: LogPlace
}

/** A task that never got to run has migrated nothing: on the first `up` a role may take seconds to be known everywhere. */
const STARTS = 3

/**
 * Runs a service's migrations as a task and waits for its end.
 * @returns the task's ARN
 * @throws Error with the container's exit code, why the task stopped and its last log lines
 */
export async function runMigration(
  run: MigrationRun,
  aws: Pick<AwsClients, 'ecs' | 'logs'>,
  clock: Clock = CLOCK,
): Promise<string> {
  for (let start = 1; ; start += 1) {
    const taskArn = await startTask(run, aws.ecs)
    const task = await stopped(run, taskArn, aws.ecs, clock)
    const exitCode = task && containerOf(run, task)?.exitCode
    if (exitCode === 0) return taskArn
    const neverRan = task && exitCode === undefined && task.stopCode === 'TaskFailedToStart'
    if (neverRan && start < STARTS) {
      await clock.pause(run.pollSeconds)
      continue
    }
    if (!task) await stopTask(run, taskArn, aws.ecs)
    const lines = await lastLines(aws.logs, run.log, taskArn, {
      ...clock,
      pollSeconds: run.pollSeconds,
    })
    throw new Error(
      [
        failure(run, task),
        `  task ${idOf(taskArn)} of ${idOf(run.taskDefinition)} in cluster ${run.cluster}`,
        ...(task ? [`  stopped: ${whyStopped(task)}`] : []),
        '  its last log lines:',
        ...lines.map(line => `    ${line}`),
        `  the rollout did not begin: ${run.service} runs as before. Mend it, then run "pulumi up" again; it runs the migrations again`,
      ].join('\n'),
    )
  }
}

function failure({ service, limitSeconds }: MigrationRun, task: Task | undefined): string {
  if (!task)
    return `migrations of ${service} were not done after ${spoken(limitSeconds)} and were stopped`
  return task.stopCode === 'TaskFailedToStart'
    ? `migrations of ${service} never started, in ${STARTS} tries`
    : `migrations of ${service} failed`
}

const containerOf = ({ log }: MigrationRun, { containers = [] }: Task) =>
  containers.find(({ name }) => name === log.container)

async function startTask(run: MigrationRun, ecs: ECSClient): Promise<string> {
  const doing = `migrations of ${run.service} can't be started`
  const { tasks = [], failures = [] } = await asking(doing, () =>
    ecs.send(
      new RunTaskCommand({
        cluster: run.cluster,
        taskDefinition: run.taskDefinition,
        launchType: 'FARGATE',
        count: 1,
        startedBy: 'pulumi up',
        enableECSManagedTags: true,
        propagateTags: 'TASK_DEFINITION',
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: run.subnets,
            securityGroups: run.securityGroups,
            assignPublicIp: 'DISABLED',
          },
        },
      }),
    ),
  )
  const [task] = tasks
  if (task?.taskArn !== undefined) return task.taskArn
  const reasons = failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(': '))
  throw new Error(
    `${doing}: ECS has no place for the task (${reasons.join(', ') || 'it gives no reason'}); ${run.service} runs as before. Run "pulumi up" again; if it stays so, look at the quotas of Fargate and at the subnets' free addresses`,
  )
}

/** @returns undefined when the time is over */
const stopped = (run: MigrationRun, taskArn: string, ecs: ECSClient, clock: Clock) =>
  waitFor(
    async () => {
      const { tasks = [] } = await asking(
        `migrations of ${run.service} run as task ${idOf(taskArn)}, but can't be watched`,
        () => ecs.send(new DescribeTasksCommand({ cluster: run.cluster, tasks: [taskArn] })),
      )
      // A task that has just begun may not be listed yet.
      return tasks.find(({ lastStatus }) => lastStatus === 'STOPPED')
    },
    run,
    clock,
  )

/** What has no time left must not go on behind the back of the one who reads that it failed. */
const stopTask = (run: MigrationRun, taskArn: string, ecs: ECSClient) =>
  asking(
    `migrations of ${run.service} took too long, and task ${idOf(taskArn)} can't be stopped`,
    () =>
      ecs.send(
        new StopTaskCommand({
          cluster: run.cluster,
          task: taskArn,
          reason: `migrations took longer than ${spoken(run.limitSeconds)}`,
        }),
      ),
  )

/** How a deployment ends. */
export type Ending = 'completed' | 'circuit breaker' | 'alarm' | 'stuck' | 'stopped'
/** How a task of migrations ends. */
export type MigrationEnding =
  | 'passes'
  | 'fails'
  | 'never starts'
  | 'starts late'
  | 'no place'
  | 'hangs'

type Json = Record<string, unknown>

interface Deployment {
  id: number
  taskDefinition: string
  ending: Ending
  /** Looks at it so far. */
  looks: number
  createdAt: number
}

const ARN = 'arn:aws:ecs:eu-west-1:123456789012'
/** Looks until something has ended. */
const LOOKS = 3

/**
 * What ECS, CloudWatch Logs and CloudWatch answer about one service, as the API reference describes it: a deployment that
 * fails goes back to the one before, which becomes the primary one again.
 */
export class EcsWorld {
  /** How the next deployments end. */
  ending: Ending = 'completed'
  migration: MigrationEnding = 'passes'
  /** Every call, in order. */
  readonly calls: { operation: string; input: Json }[] = []
  readonly service: string
  private readonly deployments: Deployment[] = []
  private primary: { id: number; taskDefinition: string } | undefined
  private migrations = 0
  private readonly looks = new Map<string, number>()
  private now = 1_790_000_000

  constructor(service: string, taskDefinition?: string) {
    this.service = service
    if (taskDefinition !== undefined) {
      this.begin(taskDefinition)
      this.looked(this.deployments[0], LOOKS)
    }
  }

  /** What the AWS provider does before a rollout: it updates the service. */
  begin(taskDefinition: string): void {
    this.now += 60
    const id = 4_980_306 + this.deployments.length
    this.deployments.push({
      id,
      taskDefinition,
      ending: this.ending,
      looks: 0,
      createdAt: this.now,
    })
    this.primary = { id, taskDefinition }
  }

  /** Task definition that serves, or shall. */
  get serving(): string | undefined {
    return this.primary?.taskDefinition
  }

  count(operation: string): number {
    return this.calls.filter(call => call.operation === operation).length
  }

  answer(operation: string, input: Json): Json {
    this.calls.push({ operation, input })
    const answer = this.answers[operation]
    if (!answer) throw new Error(`the stand-in does not know ${operation}`)
    return answer(input)
  }

  private readonly answers: Record<string, (input: Json) => Json> = {
    DescribeServices: () => ({ services: this.primary ? [this.describe()] : [] }),
    ListServiceDeployments: () => ({
      serviceDeployments: this.deployments.map(deployment => ({
        serviceDeploymentArn: arnOf(this.service, deployment),
        targetServiceRevisionArn: `${ARN}:service-revision/shop-dev/${this.service}/${deployment.id}`,
        status: this.statusOf(deployment),
        createdAt: deployment.createdAt,
      })),
    }),
    DescribeServiceDeployments: ({ serviceDeploymentArns }) => {
      const [wanted] = serviceDeploymentArns as string[]
      const found = this.deployments.find(one => arnOf(this.service, one) === wanted)
      this.looked(found, 1)
      return { serviceDeployments: found ? [this.deploymentOf(found)] : [] }
    },
    DescribeTaskDefinition: ({ taskDefinition }) => ({
      taskDefinition: {
        taskDefinitionArn: taskDefinition,
        containerDefinitions: [
          {
            name: this.service,
            environment: [
              { name: 'SERVICE_VERSION', value: String(taskDefinition).split('/').at(-1) },
            ],
          },
        ],
      },
    }),
    UpdateService: ({ taskDefinition }) => {
      this.begin(taskDefinition as string)
      return { service: this.describe() }
    },
    ListTasks: () => ({
      taskArns: [1, 2].map(number => `${ARN}:task/shop-dev/${this.service}.stopped${number}`),
    }),
    RunTask: ({ taskDefinition }) => {
      if (this.migration === 'no place')
        return { tasks: [], failures: [{ reason: 'Capacity is unavailable at this time' }] }
      this.migrations += 1
      const taskArn = `${ARN}:task/shop-dev/${this.service}.migration${this.migrations}`
      return { tasks: [{ taskArn, taskDefinitionArn: taskDefinition, lastStatus: 'PROVISIONING' }] }
    },
    StopTask: () => ({ task: {} }),
    DescribeTasks: ({ tasks }) => ({
      tasks: (tasks as string[]).map(task =>
        task.includes('.migration') ? this.migrationTask(task) : this.stoppedTask(task),
      ),
    }),
    GetLogEvents: ({ logStreamName, limit }) => {
      const lines = String(logStreamName).startsWith('migrate/') ? MIGRATION_LINES : SERVICE_LINES
      return { events: lines.slice(-Number(limit)).map(message => ({ message })) }
    },
    DescribeAlarms: ({ AlarmNames }) => ({
      MetricAlarms: (AlarmNames as string[]).map(AlarmName => ({
        AlarmName,
        StateValue: AlarmName.endsWith('5xx') ? 'ALARM' : 'OK',
        StateReason: 'Threshold Crossed: 3 datapoints were greater than the threshold (1.0).',
      })),
    }),
  }

  private looked(deployment: Deployment | undefined, looks: number): void {
    if (!deployment) return
    deployment.looks += looks
    const { ending, looks: seen } = deployment
    if (seen < LOOKS || ending === 'completed' || ending === 'stuck' || ending === 'stopped') return
    const before = this.deployments.findLast(one => one.ending === 'completed')
    if (before && this.primary?.id === deployment.id) this.primary = before
  }

  private statusOf({ ending, looks }: Deployment): string {
    if (looks < LOOKS - 1 || ending === 'stuck') return 'IN_PROGRESS'
    if (looks < LOOKS) return ending === 'completed' ? 'IN_PROGRESS' : 'ROLLBACK_IN_PROGRESS'
    if (ending === 'completed') return 'SUCCESSFUL'
    return ending === 'stopped' ? 'STOPPED' : 'ROLLBACK_SUCCESSFUL'
  }

  private deploymentOf(deployment: Deployment): Json {
    const status = this.statusOf(deployment)
    const { ending, createdAt } = deployment
    const back = status.startsWith('ROLLBACK')
    const reason =
      ending === 'alarm'
        ? 'Service deployment rolled back because of alarm(s) in ALARM state.'
        : 'Service deployment rolled back because the circuit breaker threshold was exceeded.'
    return {
      serviceDeploymentArn: arnOf(this.service, deployment),
      status,
      createdAt,
      ...(back && { statusReason: reason, rollback: { reason } }),
      deploymentCircuitBreaker: {
        status: back && ending === 'circuit breaker' ? 'TRIGGERED' : 'MONITORING',
        failureCount: 3,
        threshold: 3,
      },
      alarms: {
        status: back && ending === 'alarm' ? 'TRIGGERED' : 'MONITORING',
        alarmNames: ending === 'alarm' ? [`${this.service}-5xx`, `${this.service}-p99`] : [],
        triggeredAlarmNames: back && ending === 'alarm' ? [`${this.service}-5xx`] : [],
      },
    }
  }

  private describe(): Json {
    const { id = 0, taskDefinition } = this.primary ?? {}
    const own = this.deployments.find(one => one.id === id)
    const status = own && this.statusOf(own)
    return {
      serviceName: this.service,
      status: 'ACTIVE',
      desiredCount: 2,
      runningCount: 2,
      deployments: [
        {
          id: `ecs-svc/${id}`,
          status: 'PRIMARY',
          taskDefinition,
          rolloutState: ROLLOUT_STATES[status ?? ''] ?? 'IN_PROGRESS',
        },
      ],
      events: [
        {
          createdAt: this.now,
          message: `(service ${this.service}) has started 1 tasks: (task x).`,
        },
      ],
    }
  }

  private stoppedTask(taskArn: string): Json {
    return {
      taskArn,
      taskDefinitionArn: this.deployments.at(-1)?.taskDefinition,
      createdAt: this.now,
      stoppedAt: this.now + 30,
      lastStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      containers: [{ name: this.service, exitCode: 1 }],
    }
  }

  private migrationTask(taskArn: string): Json {
    const looks = (this.looks.get(taskArn) ?? 0) + 1
    this.looks.set(taskArn, looks)
    if (looks < LOOKS || this.migration === 'hangs') return { taskArn, lastStatus: 'RUNNING' }
    const late = this.migration === 'starts late' && this.migrations === 1
    if (late || this.migration === 'never starts')
      return {
        taskArn,
        lastStatus: 'STOPPED',
        stopCode: 'TaskFailedToStart',
        stoppedReason: 'CannotPullContainerError: pull image manifest has been retried 1 time(s)',
        containers: [{ name: this.service, reason: 'CannotPullContainerError: not found' }],
      }
    return {
      taskArn,
      lastStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      containers: [{ name: this.service, exitCode: this.migration === 'fails' ? 1 : 0 }],
    }
  }
}

const ROLLOUT_STATES: Readonly<Record<string, string>> = {
  SUCCESSFUL: 'COMPLETED',
  STOPPED: 'FAILED',
}

const arnOf = (service: string, { id }: Deployment): string =>
  `${ARN}:service-deployment/shop-dev/${service}/dep${id}`

const SERVICE_LINES = Array.from(
  { length: 30 },
  (_, line) => `{"level":60,"msg":"line ${line + 1}: connect ECONNREFUSED"}`,
)
const MIGRATION_LINES = [
  '{"level":30,"msg":"migrating 0007-remark"}',
  'orders migrate: 0007-remark.sql: column "note" does not exist',
]

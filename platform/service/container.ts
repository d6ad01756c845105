import type * as pulumi from '@pulumi/pulumi'
import type { Environment } from '../../apps/shared/environment.ts'
import { SERVICE_PORT } from './ports.ts'

type Value = pulumi.Input<string>

export interface ContainerArgs {
  service: string
  image: Value
  environment: Environment<Value>['plain']
  /** Variable to the place of its value: `ARN:json-key::version`. */
  secrets: Readonly<Record<string, Value>>
  logGroup: Value
  region: string
  /** Seconds from SIGTERM to SIGKILL. */
  stopSeconds: number
  /** Folders that stay writable for `aws ecs execute-command`. */
  exec: boolean
  /** In place of the service itself: one of its commands, run once. */
  command?: readonly string[]
}

/** Made in the image. Not root, and no account of anything else. */
export const CONTAINER_USER = '10001'

/** Needs no shell and no curl in the image. */
const HEALTH_CHECK = `fetch('http://127.0.0.1:${SERVICE_PORT}/health').then(answer=>process.exit(answer.ok?0:1),()=>process.exit(1))`

/** What the agent of `execute-command` writes, next to what programs expect to write. */
const WRITABLE = { tmp: '/tmp' }
const WRITABLE_WITH_EXEC = {
  ...WRITABLE,
  'amazon-lib': '/var/lib/amazon',
  'amazon-log': '/var/log/amazon',
}

const writable = (exec: boolean): Record<string, string> => (exec ? WRITABLE_WITH_EXEC : WRITABLE)

/** Volumes of the task; the rest of the file system is read-only. */
export const volumes = (exec: boolean): { name: string }[] =>
  Object.keys(writable(exec)).map(name => ({ name }))

/** The one container of a task, as ECS reads it. Pure. Source: Amazon ECS API reference, ContainerDefinition. */
export function containerDefinition(args: ContainerArgs) {
  const { service, image, environment, secrets, exec, command } = args
  const serves = command === undefined
  return {
    name: service,
    image,
    essential: true,
    ...(command && { command }),
    ...(serves && {
      portMappings: [
        {
          name: service,
          containerPort: SERVICE_PORT,
          hostPort: SERVICE_PORT,
          protocol: 'tcp',
          appProtocol: 'http',
        },
      ],
      healthCheck: {
        command: ['CMD', 'node', '-e', HEALTH_CHECK],
        interval: 10,
        timeout: 5,
        retries: 3,
        startPeriod: 30,
      },
    }),
    environment: sorted(environment).map(([name, value]) => ({ name, value })),
    secrets: sorted(secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
    user: CONTAINER_USER,
    privileged: false,
    readonlyRootFilesystem: true,
    linuxParameters: { initProcessEnabled: true, capabilities: { add: [], drop: ['ALL'] } },
    mountPoints: Object.entries(writable(exec)).map(([sourceVolume, containerPath]) => ({
      sourceVolume,
      containerPath,
      readOnly: false,
    })),
    volumesFrom: [],
    systemControls: [],
    stopTimeout: args.stopSeconds,
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': args.logGroup,
        'awslogs-region': args.region,
        'awslogs-stream-prefix': serves ? 'service' : 'migrate',
        // A log that can't be written must not stop the service.
        mode: 'non-blocking',
        'max-buffer-size': '4m',
      },
    },
  }
}

const sorted = <T>(values: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1))

import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { AnyManifest } from '../../apps/shared/manifest.ts'
import type { Account } from '../account.ts'
import { containerDefinition, volumes } from './container.ts'
import { MASTER_ROLE } from '../data/database-instance.ts'
import { databaseUrl } from './environment.ts'
import { NAME_LIMITS, physicalName } from '../names.ts'
import { fargateSize, type TaskSize } from './task-size.ts'

type Value = pulumi.Input<string>

export interface TaskDefinitionsArgs {
  prefix: string
  account: Account
  manifest: AnyManifest
  size: TaskSize
  architecture: 'arm64' | 'x86_64'
  image: Value
  environment: Readonly<Record<string, Value>>
  /** Variable to the place of its value. */
  secrets: Readonly<Record<string, Value>>
  logGroup: Value
  taskRoleArn: Value
  executionRoleArn: Value
  exec: boolean
  /** Undefined without a database. Its execution role alone may read the master secret. */
  migration: { adminAddress: Value; masterSecretArn: Value; executionRoleArn: Value } | undefined
}

const MIGRATION_SIZE = { vcpu: 0.25, memoryMiB: 512 }

/** How the service runs, and how its migrations run once. */
export function createTaskDefinitions(
  name: string,
  args: TaskDefinitionsArgs,
  opts: pulumi.CustomResourceOptions,
): { service: aws.ecs.TaskDefinition; migration: aws.ecs.TaskDefinition | undefined } {
  const { manifest, environment, secrets, migration } = args
  const service = createTaskDefinition(
    `${name}-task`,
    args,
    {
      family: manifest.name,
      size: args.size,
      exec: args.exec,
      environment,
      secrets,
      roles: { taskRoleArn: args.taskRoleArn, executionRoleArn: args.executionRoleArn },
    },
    opts,
  )
  if (!migration) return { service, migration: undefined }
  return {
    service,
    migration: createTaskDefinition(
      `${name}-migration`,
      args,
      {
        family: `${manifest.name}-migration`,
        size: MIGRATION_SIZE,
        exec: false,
        command: ['migrate'],
        environment: {
          ...environment,
          DATABASE_ADMIN_URL: databaseUrl(MASTER_ROLE, migration.adminAddress),
        },
        secrets: {
          ...secrets,
          DATABASE_ADMIN_PASSWORD: pulumi.interpolate`${migration.masterSecretArn}:password::`,
        },
        roles: { executionRoleArn: migration.executionRoleArn },
      },
      opts,
    ),
  }
}

interface Task {
  family: string
  size: TaskSize
  exec: boolean
  command?: readonly string[]
  environment: Readonly<Record<string, Value>>
  secrets: Readonly<Record<string, Value>>
  roles: { taskRoleArn?: Value; executionRoleArn: Value }
}

function createTaskDefinition(
  name: string,
  { prefix, account, manifest, architecture, image, logGroup }: TaskDefinitionsArgs,
  { family, size, exec, command, environment, secrets, roles }: Task,
  opts: pulumi.CustomResourceOptions,
): aws.ecs.TaskDefinition {
  return new aws.ecs.TaskDefinition(
    name,
    {
      family: physicalName([prefix, family], NAME_LIMITS.taskFamily),
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      ...fargateSize(size),
      runtimePlatform: {
        operatingSystemFamily: 'LINUX',
        cpuArchitecture: architecture === 'arm64' ? 'ARM64' : 'X86_64',
      },
      ...roles,
      volumes: volumes(exec),
      containerDefinitions: pulumi.jsonStringify([
        containerDefinition({
          service: manifest.name,
          image,
          environment: { ...environment },
          secrets,
          logGroup,
          region: account.region,
          stopSeconds: manifest.stopSeconds,
          exec,
          ...(command && { command }),
        }),
      ]),
    },
    opts,
  )
}

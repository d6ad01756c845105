import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  type ECSClient,
  type Service,
} from '@aws-sdk/client-ecs'
import { deploymentHistory, primaryOf } from '../rollout/ecs-deployments.ts'
import { looking } from './clients.ts'
import type { ServiceStatus } from './stack-status.ts'

type Deployed = Omit<ServiceStatus, 'queue'>

/** Services that one call takes. */
const SERVICES = 10

/** What ECS says of each service, in the order of the names. */
export async function lookAtServices(
  ecs: ECSClient,
  cluster: string,
  names: readonly string[],
): Promise<Deployed[]> {
  const chunks = Array.from({ length: Math.ceil(names.length / SERVICES) }, (_, index) =>
    names.slice(index * SERVICES, (index + 1) * SERVICES),
  )
  const found = await Promise.all(
    chunks.map(services =>
      looking(`the services of cluster ${cluster}`, () =>
        ecs.send(new DescribeServicesCommand({ cluster, services })),
      ),
    ),
  )
  const services = found.flatMap(({ services = [] }) => services)
  return Promise.all(
    names.map(name =>
      statusOf(
        ecs,
        cluster,
        name,
        services.find(({ serviceName, status }) => serviceName === name && status === 'ACTIVE'),
      ),
    ),
  )
}

async function statusOf(
  ecs: ECSClient,
  cluster: string,
  name: string,
  service: Service | undefined,
): Promise<Deployed> {
  if (!service) return { name, version: undefined, desired: 0, running: 0, deployment: undefined }
  const { desiredCount = 0, runningCount = 0 } = service
  const taskDefinition = primaryOf(service)?.taskDefinition ?? service.taskDefinition
  const [version, history] = await Promise.all([
    versionOf(ecs, name, taskDefinition),
    looking(`the deployments of ${name}`, () => deploymentHistory(ecs, { cluster, service: name })),
  ])
  const [latest] = history
  return {
    name,
    version,
    desired: desiredCount,
    running: runningCount,
    deployment:
      latest?.status === undefined || latest.createdAt === undefined
        ? undefined
        : { status: latest.status, at: latest.finishedAt ?? latest.createdAt },
  }
}

/** What the container is told that it is. */
async function versionOf(
  ecs: ECSClient,
  name: string,
  taskDefinition: string | undefined,
): Promise<string> {
  const { taskDefinition: found } = await looking(`the version of ${name}`, () =>
    ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition })),
  )
  const container = found?.containerDefinitions?.find(one => one.name === name)
  const version = container?.environment?.find(one => one.name === 'SERVICE_VERSION')
  return version?.value ?? 'unknown'
}

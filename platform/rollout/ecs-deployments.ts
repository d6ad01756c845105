import {
  type Deployment,
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  type ECSClient,
  ListServiceDeploymentsCommand,
  type Service,
  type ServiceDeployment,
  type ServiceDeploymentBrief,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import { asking } from './aws-errors.ts'

/** Which service. */
export interface ServicePlace {
  cluster: string
  service: string
}

const named = ({ service, cluster }: ServicePlace): string =>
  `service ${service} in cluster ${cluster}`

/** @throws Error when there is none that runs */
export async function describeService(ecs: ECSClient, place: ServicePlace): Promise<Service> {
  const { services = [] } = await asking(`can't look at ${named(place)}`, () =>
    ecs.send(new DescribeServicesCommand({ cluster: place.cluster, services: [place.service] })),
  )
  const [service] = services
  if (service?.status === 'ACTIVE') return service
  throw new Error(
    `there is no ${named(place)}${service?.status === undefined ? '' : `: it is ${service.status}`}; "pulumi refresh", then "pulumi up" makes it again`,
  )
}

export const primaryOf = ({ deployments = [] }: Service): Deployment | undefined =>
  deployments.find(({ status }) => status === 'PRIMARY')

/** The service's deployments of the last 90 days, newest first. */
export async function deploymentHistory(
  ecs: ECSClient,
  place: ServicePlace,
): Promise<ServiceDeploymentBrief[]> {
  const found: ServiceDeploymentBrief[] = []
  const { cluster, service } = place
  let nextToken: string | undefined
  do {
    const page = await asking(`can't list the deployments of ${named(place)}`, () =>
      ecs.send(
        new ListServiceDeploymentsCommand({ cluster, service, ...(nextToken && { nextToken }) }),
      ),
    )
    found.push(...(page.serviceDeployments ?? []))
    nextToken = page.nextToken
  } while (nextToken)
  return found.sort((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0))
}

/** ARN of a deployment by the id that a service has of it; undefined until ECS lists it, seconds after it began. */
export async function findDeployment(
  ecs: ECSClient,
  place: ServicePlace,
  deploymentId: string,
): Promise<string | undefined> {
  // The AWS provider finds it so too: `ecs-svc/123` makes the service revision `…/123`.
  const revision = `/${deploymentId.split('/').at(-1)}`
  const history = await deploymentHistory(ecs, place)
  return history.find(({ targetServiceRevisionArn }) =>
    targetServiceRevisionArn?.endsWith(revision),
  )?.serviceDeploymentArn
}

export async function describeDeployment(
  ecs: ECSClient,
  place: ServicePlace,
  arn: string,
): Promise<ServiceDeployment | undefined> {
  const { serviceDeployments = [] } = await asking(
    `can't look at the deployment of ${named(place)}`,
    () => ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] })),
  )
  return serviceDeployments[0]
}

/** Begins a deployment. */
export async function deploy(
  ecs: ECSClient,
  place: ServicePlace,
  taskDefinition: string,
): Promise<Service> {
  const { cluster, service: name } = place
  const { service } = await asking(`can't deploy ${named(place)}`, () =>
    ecs.send(
      new UpdateServiceCommand({
        cluster,
        service: name,
        taskDefinition,
        forceNewDeployment: true,
      }),
    ),
  )
  if (!service) throw new Error(`ECS took the deployment of ${named(place)} and says nothing of it`)
  return service
}

import type * as pulumi from '@pulumi/pulumi'
import type { Cluster } from './cluster.ts'
import type { NetworkPlaces } from '../network/network-places.ts'
import type { ServiceComponent } from './service.ts'

/** By service: what `aws ecs run-task --cli-input-json` takes to run its migrations. */
export const migrationTasks = (
  services: ReadonlyMap<string, Pick<ServiceComponent, 'migrationTaskArn' | 'securityGroupId'>>,
  cluster: Pick<Cluster, 'name'>,
  network: Pick<NetworkPlaces, 'privateSubnetIds'>,
): Record<string, MigrationTask> =>
  Object.fromEntries(
    [...services].flatMap(([name, { migrationTaskArn, securityGroupId }]) =>
      migrationTaskArn === undefined
        ? []
        : [
            [
              name,
              {
                cluster: cluster.name,
                launchType: 'FARGATE',
                taskDefinition: migrationTaskArn,
                networkConfiguration: {
                  awsvpcConfiguration: {
                    subnets: network.privateSubnetIds,
                    securityGroups: [securityGroupId],
                  },
                },
              },
            ] as const,
          ],
    ),
  )

export interface MigrationTask {
  cluster: string
  launchType: 'FARGATE'
  taskDefinition: pulumi.Output<string>
  networkConfiguration: {
    awsvpcConfiguration: {
      subnets: pulumi.Output<string>[]
      securityGroups: pulumi.Output<string>[]
    }
  }
}

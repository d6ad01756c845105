import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { capacityOf } from './capacity.ts'
import { NAME_LIMITS, physicalName } from '../names.ts'

export type ContainerInsights = 'disabled' | 'enabled' | 'enhanced'

export interface ClusterArgs {
  prefix: string
  keyArn: pulumi.Input<string>
  /** `enhanced` has figures of each task. */
  containerInsights: ContainerInsights
  /** Share of tasks on Fargate Spot in percent. */
  spotPercent: number
  logDays: number
}

/**
 * The ECS cluster on Fargate and Fargate Spot, with the names by which services find each other. What somebody does in
 * a task (`aws ecs execute-command`) is written to a log. Free but for the figures of Container Insights: about 2 USD a
 * month for each service.
 */
export class Cluster extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>
  readonly name: string
  /** Service Connect resolves `http://NAME:8080` in it. */
  readonly namespaceArn: pulumi.Output<string>
  readonly execLogArn: pulumi.Output<string>
  readonly execLogName: string
  readonly containerInsights: ContainerInsights

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:Cluster', name, {}, opts)
    const { prefix, keyArn, containerInsights, spotPercent, logDays } = args
    this.containerInsights = containerInsights
    this.name = physicalName([prefix], NAME_LIMITS.cluster)
    this.execLogName = `/${prefix}/exec`
    const log = new aws.cloudwatch.LogGroup(
      `${name}-exec-log`,
      { name: this.execLogName, retentionInDays: logDays, kmsKeyId: keyArn },
      { parent: this },
    )
    const namespace = new aws.servicediscovery.HttpNamespace(
      `${name}-namespace`,
      { name: this.name, description: `Services of ${prefix}` },
      { parent: this },
    )
    const cluster = new aws.ecs.Cluster(
      `${name}-cluster`,
      {
        name: this.name,
        settings: [{ name: 'containerInsights', value: containerInsights }],
        configuration: {
          executeCommandConfiguration: {
            kmsKeyId: keyArn,
            logging: 'OVERRIDE',
            logConfiguration: {
              cloudWatchEncryptionEnabled: true,
              cloudWatchLogGroupName: log.name,
            },
          },
        },
        serviceConnectDefaults: { namespace: namespace.arn },
      },
      { parent: this },
    )
    new aws.ecs.ClusterCapacityProviders(
      `${name}-capacity`,
      {
        clusterName: cluster.name,
        capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
        // Services say it themselves; for tasks that somebody starts by hand.
        defaultCapacityProviderStrategies: capacityOf(spotPercent),
      },
      { parent: this },
    )
    this.arn = cluster.arn
    this.namespaceArn = namespace.arn
    this.execLogArn = log.arn
    this.registerOutputs({ arn: cluster.arn })
  }
}

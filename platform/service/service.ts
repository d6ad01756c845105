import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { awsEnvironment } from './environment.ts'
import { logMetricsOf } from '../observability/log-metrics.ts'
import type { ObservabilityArgs } from '../observability/observability.ts'
import { executionStatements, taskStatements } from './permissions.ts'
import { ServiceAlarms } from '../observability/service-alarms.ts'
import type { Callee, ServiceArgs } from './service-args.ts'
import { ServiceImage } from './service-image.ts'
import { createServiceNetwork } from './service-network.ts'
import { rollOutService } from './service-rollout.ts'
import { createTaskRole } from './service-roles.ts'
import { createRouting } from './service-routing.ts'
import { createScaling, smallestCount } from './service-scaling.ts'
import { createSecret, generateSecrets } from './service-secret.ts'
import { grantsOf, suppliesOf } from './service-supplies.ts'
import { createTaskDefinitions } from './service-tasks.ts'
import type { Statement } from '../statements.ts'
import { taggedFor } from '../tags.ts'

type ServiceFigures = ObservabilityArgs['services'][number]

/**
 * One app on Fargate: repository and image, log, roles, security group, secret, task definitions (the service and its
 * migrations), target group and rules, alarms, ECS service, scaling. About 9 USD a month for each task of 0.25 vCPU and
 * 0.5 GB on demand, 3 on Spot, and 1 to 3 for alarms, figures and the secret.
 */
export class ServiceComponent extends pulumi.ComponentResource implements Callee {
  readonly securityGroupId: pulumi.Output<string>
  /** What the dashboard and the alarms look at. */
  readonly figures: ServiceFigures
  /** Runs the service's migrations, once. Undefined where it has no database. */
  readonly migrationTaskArn: pulumi.Output<string> | undefined
  readonly service: aws.ecs.Service

  private readonly name: string
  private readonly args: ServiceArgs
  /** What a task needs when it starts, and does not name: ways through the network, rights of its roles. */
  private readonly before: pulumi.Resource[]

  constructor(name: string, args: ServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const tagged = { transformations: [taggedFor(args.manifest.name)] }
    super('shop:platform:Service', name, {}, pulumi.mergeOptions(opts, tagged))
    this.name = name
    this.args = args
    this.before = [args.network]
    const { manifest, prefix, key, logDays } = args
    const log = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      { name: `/${prefix}/${manifest.name}`, retentionInDays: logDays, kmsKeyId: key.arn },
      { parent: this },
    )
    const version = args.versionOf(manifest.name)
    const image = new ServiceImage(
      `${name}-image`,
      {
        ...args,
        service: manifest.name,
        version,
        context: args.contextOf(manifest.name, version),
        keyArn: key.arn,
      },
      { parent: this },
    )
    const securityGroup = this.createSecurityGroup()
    const tasks = this.createTasks(image, log)
    const routing = this.createRouting()
    this.figures = this.figuresOf(log, routing?.targetGroup)
    const { deploymentAlarmNames } = new ServiceAlarms(
      `${name}-alarms`,
      {
        ...this.figures,
        prefix,
        loadBalancerArnSuffix: args.edge.loadBalancerArnSuffix,
        topicArn: args.alarmTopicArn,
        alarmSet: args.alarmSet,
        tasks: {
          smallest: smallestCount(args.config),
          containerInsights: args.cluster.containerInsights !== 'disabled',
        },
      },
      { parent: this },
    )
    this.service = rollOutService(
      name,
      args,
      {
        tasks,
        securityGroup,
        routing,
        log,
        alarmNames: deploymentAlarmNames,
        before: this.before,
      },
      { parent: this },
    )
    this.scale(routing?.targetGroup)
    this.securityGroupId = securityGroup.id
    this.migrationTaskArn = tasks.migration?.arn
    this.registerOutputs({ service: this.service.name })
  }

  private createSecurityGroup(): aws.ec2.SecurityGroup {
    const { edge, cache, database, callees } = this.args
    const { group, rules } = createServiceNetwork(
      this.name,
      {
        ...this.args,
        loadBalancerGroupId: edge.loadBalancerSecurityGroupId,
        databaseGroupId: database?.instance.securityGroupId,
        cacheGroupId: cache.securityGroupId,
        serviceGroupIds: new Map(
          [...callees].map(([callee, { securityGroupId }]) => [callee, securityGroupId]),
        ),
      },
      { parent: this },
    )
    this.before.push(...rules)
    return group
  }

  private createTasks(image: ServiceImage, log: aws.cloudwatch.LogGroup) {
    const { args, name } = this
    const { manifest, prefix, key, protect } = args
    const database = args.database?.instance
    const generated = generateSecrets(name, manifest, { parent: this, protect })
    const { plain, secret } = awsEnvironment(manifest, args.config, suppliesOf(args, generated))
    const secrets = createSecret(
      name,
      { prefix, service: manifest.name, values: secret, keyArn: key.arn, protect },
      { parent: this },
    )
    const grants = grantsOf(args, {
      repositoryArn: image.repositoryArn,
      logGroupArn: log.arn,
      secretArn: secrets.arn,
    })
    const master = database && { arn: database.masterSecretArn, keyArn: database.keyArn }
    return createTaskDefinitions(
      name,
      {
        ...args,
        size: args.config,
        image: image.uri,
        environment: plain,
        secrets: secrets.references,
        logGroup: log.name,
        taskRoleArn: this.createRole('task', taskStatements(manifest, grants)),
        executionRoleArn: this.createRole('execution', executionStatements(grants)),
        migration: database &&
          master && {
            adminAddress: database.address,
            masterSecretArn: master.arn,
            executionRoleArn: this.createRole('migration', executionStatements(grants, master)),
          },
      },
      { parent: this },
    )
  }

  private createRole(purpose: string, statements: readonly Statement[]): pulumi.Output<string> {
    const { prefix, account, manifest } = this.args
    const { arn, policies } = createTaskRole(
      this.name,
      { prefix, account, service: manifest.name, purpose, statements },
      { parent: this },
    )
    this.before.push(...policies)
    return arn
  }

  private createRouting() {
    const { prefix, manifest, network, edge, rules } = this.args
    if (rules.length === 0) return undefined
    const { listenerArn } = edge
    return createRouting(
      this.name,
      { prefix, service: manifest.name, vpcId: network.vpcId, listenerArn, rules },
      { parent: this },
    )
  }

  private figuresOf(
    log: aws.cloudwatch.LogGroup,
    targetGroup: aws.lb.TargetGroup | undefined,
  ): ServiceFigures {
    const { manifest, cluster, events, alarmSet } = this.args
    const queue = events.queues.get(manifest.name)
    return {
      manifest,
      clusterName: cluster.name,
      serviceName: manifest.name,
      logGroupName: log.name,
      logMetrics: logMetricsOf(manifest, alarmSet),
      ...(targetGroup && { targetGroupArnSuffix: targetGroup.arnSuffix }),
      ...(queue && { queueName: queue.name, deadLetterQueueName: queue.deadLetterName }),
    }
  }

  private scale(targetGroup: aws.lb.TargetGroup | undefined): void {
    const { cluster, config, edge } = this.args
    createScaling(
      this.name,
      {
        clusterName: cluster.name,
        serviceName: this.service.name,
        config,
        requestLabel:
          targetGroup && pulumi.interpolate`${edge.loadBalancerArnSuffix}/${targetGroup.arnSuffix}`,
      },
      { parent: this },
    )
  }
}

import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { alarmName, type AlarmSet, type AlarmSpec, createAlarm } from './alarms.ts'
import { monthlyBudget } from './budget.ts'
import { databaseEvents } from './database-events.ts'
import { dashboardBody } from './dashboard.ts'
import { NAME_LIMITS, physicalName } from '../names.ts'
import { cacheSpecs, databaseSpecs, edgeSpecs, replicaSpecs } from './observability-specs.ts'
import type { ServiceMetrics } from './service-metrics.ts'
import { burnRule, burnSpecs } from './slo.ts'

export interface ObservabilityArgs {
  /** First part of every physical name: `shop-dev`. */
  prefix: string
  services: readonly (Omit<ServiceMetrics, 'loadBalancerArnSuffix'> & {
    readonly logGroupName: pulumi.Input<string>
  })[]
  edge: {
    readonly distributionId: pulumi.Input<string>
    readonly loadBalancerArnSuffix: pulumi.Input<string>
    readonly webAclName: pulumi.Input<string>
  }
  database: {
    /** Every instance, replicas too. */
    readonly identifiers: readonly pulumi.Input<string>[]
    /** Those of them that are replicas. @default none */
    readonly replicaIdentifiers?: readonly pulumi.Input<string>[]
    /** What the instance class takes. @default 100 */
    readonly maxConnections?: number
  }
  cache?: {
    readonly replicationGroupId: pulumi.Input<string>
    /** Its nodes. @default the first, `-001` */
    readonly memberClusters?: readonly pulumi.Input<string>[]
  }
  /** Objectives are watched where it is `all`. */
  alarmSet: AlarmSet
  topicArn: pulumi.Input<string>
  /** Told of the budget by mail besides. @default nobody */
  alarmEmail?: string | undefined
  monthlyBudgetUsd: number
  /** The stack's region: `eu-central-1`. */
  region: string
}

/**
 * What looks at the whole: a dashboard, burn-rate alarms of each service's objective, alarms of edge, database and cache, word
 * of what befalls databases, and the budget. About 3 USD a month for the dashboard (the account's first three are free), 1.30 USD per service and 0.40 USD
 * per database instance for alarms.
 */
export class Observability extends pulumi.ComponentResource {
  readonly dashboardUrl: pulumi.Output<string>
  readonly #prefix: string
  readonly #topicArn: pulumi.Input<string>

  constructor(name: string, args: ObservabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:Observability', name, {}, opts)
    const { prefix, topicArn, monthlyBudgetUsd, alarmEmail } = args
    this.#prefix = prefix
    this.#topicArn = topicArn
    const { loadBalancerArnSuffix } = args.edge
    const services = args.services.map(service => ({ ...service, loadBalancerArnSuffix }))
    const cacheNodes = nodesOf(args.cache)

    if (args.alarmSet === 'all') for (const service of services) this.#objective(name, service)
    this.#alarms(name, 'edge', edgeSpecs(loadBalancerArnSuffix))
    for (const [index, identifier] of args.database.identifiers.entries())
      this.#alarms(
        name,
        `database-${index + 1}`,
        databaseSpecs(identifier, args.database.maxConnections),
      )
    for (const [index, identifier] of (args.database.replicaIdentifiers ?? []).entries())
      this.#alarms(name, `replica-${index + 1}`, replicaSpecs(identifier))
    for (const [index, node] of cacheNodes.entries())
      this.#alarms(name, `cache-${index + 1}`, cacheSpecs(node))
    monthlyBudget(
      `${name}-budget`,
      { prefix, monthlyBudgetUsd, topicArn, email: alarmEmail },
      { parent: this },
    )
    databaseEvents(`${name}-database`, { prefix, topicArn }, { parent: this })
    this.dashboardUrl = this.#dashboard(name, args, services, cacheNodes)
    this.registerOutputs({ dashboardUrl: this.dashboardUrl })
  }

  #alarms(name: string, scope: string, specs: readonly AlarmSpec[]): void {
    for (const spec of specs)
      createAlarm(
        `${name}-${scope}-${spec.key}`,
        spec,
        { name: alarmName(this.#prefix, scope, spec.key), topicArn: this.#topicArn },
        { parent: this },
      )
  }

  /** The window alarms tell nobody: the composite over them does. */
  #objective(name: string, service: ServiceMetrics): void {
    const scope = service.manifest.name
    const specs = burnSpecs(service)
    if (specs.length === 0) return
    const nameOf = (spec: AlarmSpec) => alarmName(this.#prefix, scope, spec.key)
    const windows = specs
      .flatMap(({ long, short }) => [long, short])
      .map(spec =>
        createAlarm(`${name}-${scope}-${spec.key}`, spec, { name: nameOf(spec) }, { parent: this }),
      )
    const pairs = specs.map(({ long, short }) => [nameOf(long), nameOf(short)] as const)
    new aws.cloudwatch.CompositeAlarm(
      `${name}-${scope}-objective`,
      {
        alarmName: alarmName(this.#prefix, scope, 'objective'),
        alarmDescription: `${scope}: fails often enough to miss its objective. Look at its row of the dashboard.`,
        alarmRule: burnRule(pairs),
        alarmActions: [this.#topicArn],
        okActions: [this.#topicArn],
      },
      { parent: this, dependsOn: windows },
    )
  }

  #dashboard(
    name: string,
    { prefix, region, edge, database }: ObservabilityArgs,
    services: readonly ServiceMetrics[],
    cacheNodes: readonly pulumi.Input<string>[],
  ): pulumi.Output<string> {
    const body = dashboardBody({ prefix, region, services, edge, database, cacheNodes })
    const dashboard = new aws.cloudwatch.Dashboard(
      `${name}-dashboard`,
      {
        dashboardName: physicalName([prefix], NAME_LIMITS.dashboard),
        dashboardBody: pulumi.jsonStringify(body),
      },
      { parent: this },
    )
    return pulumi.interpolate`https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboard.dashboardName}`
  }
}

/** ElastiCache numbers the nodes of a group from 001. */
const nodesOf = (cache: ObservabilityArgs['cache']): readonly pulumi.Input<string>[] =>
  cache ? (cache.memberClusters ?? [pulumi.interpolate`${cache.replicationGroupId}-001`]) : []

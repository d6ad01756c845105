import type { Assumptions } from './assumptions.ts'
import { isObject, listOf, numberOf, textOf, type Inputs } from './inputs.ts'
import type { PreviewResource, StackPreview } from './stack-preview.ts'
import { tasksOf } from './task-cost.ts'

/** So much of what `key` in the price file is the price of. */
export interface Usage {
  key: string
  quantity: number
  /** Prices of global services stand under us-east-1. */
  global?: boolean
}

export interface CostContext {
  preview: StackPreview
  assumptions: Assumptions
}

type Rule = (inputs: Inputs, context: CostContext, resource: PreviewResource) => Usage[]

const MILLION = 1_000_000
const THOUSAND = 1_000
const SECONDS_PER_MINUTE = 60

const monthly = (key: string, quantity = 1): Usage => ({ key, quantity })

const worldwide = (key: string, quantity = 1): Usage => ({ key, quantity, global: true })

/** What a resource uses in a month, by short type. A type that is neither here nor free is not priced. */
export const COST_RULES: Record<string, Rule> = {
  'apigatewayv2.Api': (_, { assumptions }) => [
    monthly('apigateway.http', assumptions.requestsPerMonth / MILLION),
  ],
  // Target tracking makes two alarms of its own.
  'appautoscaling.Policy': ({ policyType }) => [
    monthly('cloudwatch.alarm', policyType === 'TargetTrackingScaling' ? 2 : 0),
  ],
  'cloudfront.Distribution': (_, { assumptions }) => [
    worldwide('cloudfront.requests', assumptions.requestsPerMonth / MILLION),
    worldwide('cloudfront.data', assumptions.edgeGigabytes),
  ],
  'cloudfront.Function': (_, { assumptions }) => [
    worldwide('cloudfront.function', assumptions.requestsPerMonth / MILLION),
  ],
  'cloudwatch.CompositeAlarm': () => [monthly('cloudwatch.composite')],
  'cloudwatch.Dashboard': () => [monthly('cloudwatch.dashboard')],
  'cloudwatch.LogGroup': (_, { assumptions }) => [
    monthly('logs.ingest', assumptions.logGigabytes),
    monthly('logs.storage', assumptions.logGigabytes),
  ],
  'cloudwatch.LogMetricFilter': () => [monthly('cloudwatch.metric')],
  'cloudwatch.MetricAlarm': metricAlarm,
  'dynamodb.Table': dynamoTable,
  'ec2.Eip': (_, { assumptions }) => [monthly('ipv4', assumptions.hoursPerMonth)],
  'ec2.NatGateway': (_, { assumptions }) => [
    monthly('nat', assumptions.hoursPerMonth),
    monthly('nat.data', assumptions.natGigabytes),
  ],
  'ec2.VpcEndpoint': ({ vpcEndpointType, subnetIds }, { assumptions }) =>
    vpcEndpointType === 'Interface'
      ? [
          monthly('endpoint', assumptions.hoursPerMonth * listOf(subnetIds).length),
          monthly('endpoint.data', assumptions.endpointGigabytes),
        ]
      : [],
  'ecr.Repository': (_, { assumptions }) => [monthly('ecr', assumptions.repositoryGigabytes)],
  'ecs.Cluster': cluster,
  'ecs.Service': (_, { preview, assumptions }, resource) => tasksOf(resource, preview, assumptions),
  'elasticache.ReplicationGroup': replicationGroup,
  'kms.Key': () => [monthly('kms.key')],
  'lb.LoadBalancer': loadBalancer,
  'rds.Instance': database,
  'route53.Zone': (_, { assumptions }) => [
    worldwide('route53.zone'),
    worldwide('route53.queries', assumptions.dnsQueries / MILLION),
  ],
  's3.Bucket': (_, { assumptions }) => [
    monthly('s3.storage', assumptions.bucketGigabytes),
    monthly('s3.puts', assumptions.bucketPuts / THOUSAND),
  ],
  'secretsmanager.Secret': () => [monthly('secret')],
  'sns.Topic': (_, { assumptions }) => [monthly('sns', assumptions.topicRequests / MILLION)],
  'sqs.Queue': (_, { assumptions }) => [monthly('sqs', assumptions.queueRequests / MILLION)],
  'wafv2.WebAcl': ({ rules }, { assumptions }) => [
    worldwide('waf.acl'),
    worldwide('waf.rule', listOf(rules).length),
    worldwide('waf.requests', assumptions.requestsPerMonth / MILLION),
  ],
}

function metricAlarm({ metricQueries, period }: Inputs): Usage[] {
  const queries = listOf(metricQueries).filter(isObject)
  const metrics = queries.map(({ metric }) => metric).filter(isObject)
  const periods = metrics.length > 0 ? metrics.map(metric => metric['period']) : [period]
  const high = periods.some(seconds => numberOf(seconds, SECONDS_PER_MINUTE) < SECONDS_PER_MINUTE)
  return [monthly(high ? 'cloudwatch.alarm.high' : 'cloudwatch.alarm', metrics.length || 1)]
}

function dynamoTable({ pointInTimeRecovery }: Inputs, { assumptions }: CostContext): Usage[] {
  const recovery = isObject(pointInTimeRecovery) && pointInTimeRecovery['enabled'] === true
  return [
    monthly('dynamodb.write', assumptions.tableWrites / MILLION),
    monthly('dynamodb.read', assumptions.tableReads / MILLION),
    monthly('dynamodb.storage', assumptions.tableGigabytes),
    monthly('dynamodb.pitr', recovery ? assumptions.tableGigabytes : 0),
  ]
}

function cluster({ settings }: Inputs, { preview, assumptions }: CostContext): Usage[] {
  const insights = listOf(settings)
    .filter(isObject)
    .some(({ name, value }) => name === 'containerInsights' && value !== 'disabled')
  const services = preview.resources.filter(({ type }) => type.endsWith(':ecs/service:Service'))
  const metrics = insights ? services.length * assumptions.insightsMetricsPerService : 0
  return [monthly('cloudwatch.metric', metrics)]
}

function loadBalancer({ internal, subnets }: Inputs, { assumptions }: CostContext): Usage[] {
  const { hoursPerMonth, loadBalancerUnits } = assumptions
  const addresses = internal === true ? 0 : listOf(subnets).length
  return [
    monthly('alb', hoursPerMonth),
    monthly('alb.lcu', hoursPerMonth * loadBalancerUnits),
    monthly('ipv4', hoursPerMonth * addresses),
  ]
}

function replicationGroup(inputs: Inputs, { assumptions }: CostContext): Usage[] {
  const groups = numberOf(inputs['numNodeGroups'], 1)
  const inGroup = 1 + numberOf(inputs['replicasPerNodeGroup'], 0)
  const nodes = numberOf(inputs['numCacheClusters'], groups * inGroup)
  const snapshots = numberOf(inputs['snapshotRetentionLimit'], 0)
  const engine = textOf(inputs['engine']) ?? 'redis'
  return [
    monthly(
      `elasticache.${engine}.${textOf(inputs['nodeType']) ?? 'unknown'}`,
      assumptions.hoursPerMonth * nodes,
    ),
    monthly('elasticache.backup', assumptions.snapshotGigabytes * snapshots),
  ]
}

function database(inputs: Inputs, { preview, assumptions }: CostContext): Usage[] {
  const copies = inputs['multiAz'] === true ? 2 : 1
  const source = textOf(inputs['replicateSourceDb'])
  const interval = numberOf(inputs['monitoringInterval'], 0)
  const original = preview.resources.find(
    ({ inputs: { identifier } }) => source !== undefined && identifier === nameIn(source),
  )
  const gigabytes = numberOf(inputs['allocatedStorage'] ?? original?.inputs['allocatedStorage'], 0)
  return [
    monthly(
      `rds.${textOf(inputs['instanceClass']) ?? 'unknown'}`,
      assumptions.hoursPerMonth * copies,
    ),
    monthly(`rds.${textOf(inputs['storageType']) ?? 'gp3'}`, gigabytes * copies),
    monthly('secret', inputs['manageMasterUserPassword'] === true ? 1 : 0),
    monthly(
      'logs.ingest',
      interval > 0 ? (assumptions.monitoringGigabytes * SECONDS_PER_MINUTE) / interval : 0,
    ),
  ]
}

/** A replica names its source by identifier or, from another region, by ARN. */
const nameIn = (source: string): string | undefined => source.split(':').at(-1)

import { join } from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import { accountOf } from './account.ts'
import { AlarmTopic } from './observability/alarm-topic.ts'
import { ApiGateway } from './edge/api-gateway.ts'
import { buildContexts } from './service/build-context.ts'
import { buildVersions } from './service/build-version.ts'
import { Cache } from './data/cache.ts'
import { Cluster } from './service/cluster.ts'
import { loadConfig, type StackConfig } from './config/config.ts'
import { createDataKey } from './data/data-key.ts'
import { connectionLimit } from './data/database-pool.ts'
import { createDatabases, databasePlan } from './data/databases.ts'
import { boundedBy } from './delivery/delivery-boundary.ts'
import { Delivery } from './delivery/delivery.ts'
import { deployServices } from './service/deploy-services.ts'
import { Edge } from './edge/edge.ts'
import { Events } from './events/events.ts'
import { Messaging } from './messaging/messaging.ts'
import { migrationTasks } from './service/migration-tasks.ts'
import { Network } from './network/network.ts'
import { Observability } from './observability/observability.ts'
import { serviceConfig } from './config/service-config.ts'
import * as services from './services.ts'
import { type System, systemOf } from './system.ts'
import { Tables } from './data/tables.ts'
import { taggingProvider } from './tags.ts'

const ROOT = join(import.meta.dirname, '..')

/** The program: what `pulumi up` runs. Tests hand over another system. */
export default (system: System = systemOf(services)) => platform(system, loadConfig(system))

function platform(system: System, config: StackConfig) {
  const { project, stack, prefix, region, protect, logDays, tasks, alarmSet, alarms: told } = config
  const manifests = [...system.values()]
  const configs = new Map(manifests.map(it => [it.name, serviceConfig(it, config)]))
  const on = { provider: taggingProvider(region, config) }
  const account = accountOf(region, on)
  const key = createDataKey(prefix, account, on)
  const base = { prefix, region, account, protect, logDays, keyArn: key.arn, services: manifests }

  // Before every other role: those that follow stay inside its boundary.
  const delivery =
    config.delivery && new Delivery('delivery', { prefix, project, stack, ...config.delivery }, on)
  if (delivery) pulumi.runtime.registerStackTransformation(boundedBy(delivery.roleBoundaryArn))

  const network = new Network('network', { ...base, ...config.network }, on)
  const databases = createDatabases(
    databasePlan(system, configs),
    configs,
    { ...base, ...config.database, network },
    on,
  )
  const cache = new Cache('cache', { ...base, ...config.cache, network }, on)
  const events = new Events('events', base, on)
  const tables = new Tables('tables', base, on)
  const messaging = new Messaging('messaging', { ...base, ...config.messaging }, on)
  const cluster = new Cluster('cluster', { ...base, ...tasks, ...config.cluster }, on)
  const alarms = new AlarmTopic('alarms', { ...base, ...told }, on)
  const edge = new Edge('edge', { ...base, ...config.edge, network }, on)

  const deployed = deployServices(
    system,
    {
      ...base,
      ...tasks,
      configs,
      databases,
      key,
      network,
      cache,
      events,
      tables,
      messaging,
      cluster,
      edge,
      paymentGateway: config.paymentGateway,
      alarmTopicArn: alarms.arn,
      alarmSet,
      versionOf: buildVersions(ROOT, tasks.architecture),
      contextOf: buildContexts(ROOT),
    },
    on,
  )
  const issuedBy = [edge, ...deployed.values()]
  const api =
    config.apiGateway &&
    new ApiGateway('api', { ...base, ...config.apiGateway, network, edge, issuedBy }, on)

  const instances = [...new Set([...databases.values()].map(({ instance }) => instance))]
  const { dashboardUrl } = new Observability(
    'observability',
    {
      ...base,
      services: [...deployed.values()].map(({ figures }) => figures),
      edge,
      database: {
        identifiers: instances.flatMap(({ identifiers }) => identifiers),
        replicaIdentifiers: instances.flatMap(({ replicaIdentifiers }) => replicaIdentifiers),
        maxConnections: connectionLimit(config.database.instanceClass),
      },
      cache,
      alarmSet,
      topicArn: alarms.arn,
      alarmEmail: told.email,
      monthlyBudgetUsd: config.monthlyBudgetUsd,
    },
    on,
  )

  return {
    url: edge.url,
    ...(api && { apiGatewayUrl: api.url }),
    dashboard: dashboardUrl,
    cluster: cluster.name,
    migrations: migrationTasks(deployed, cluster, network),
    ...(delivery && {
      previewRole: delivery.previewRoleArn,
      deployRole: delivery.deployRoleArn,
    }),
  }
}

import type * as pulumi from '@pulumi/pulumi'
import type { AwsSupplies } from './environment.ts'
import type { Grants } from './need-statements.ts'
import type { ServiceArgs } from './service-args.ts'

type Value = pulumi.Input<string>

/** What the service's environment is made of. */
export function suppliesOf(
  args: ServiceArgs,
  secrets: Readonly<Record<string, Value>>,
): AwsSupplies {
  const { manifest, account, edge, versionOf, corsOrigins, database, callTokens } = args
  const { mail, sms, pushApplications } = args.messaging
  const { topicArn, queues } = args.events
  return {
    region: account.region,
    publicUrl: edge.url,
    version: versionOf(manifest.name),
    corsOrigins,
    database: database && { address: database.instance.address, poolSize: database.poolSize },
    cacheUrl: args.cache.urls.get(manifest.name),
    tableName: args.tables.tables.get(manifest.name)?.name,
    events: topicArn && { topicArn, queue: queues.get(manifest.name) },
    mail,
    sms,
    pushApplications,
    callTokens,
    paymentGateway: args.paymentGateway,
    secrets,
  }
}

/** What its roles' statements are made of. */
export function grantsOf(
  { account, manifest, key, database, tables, messaging, events, exec, cluster }: ServiceArgs,
  own: Pick<Grants, 'repositoryArn' | 'logGroupArn' | 'secretArn'>,
): Grants {
  const { topicArn, keyArn } = events
  const queue = events.queues.get(manifest.name)
  return {
    ...own,
    account,
    keyArn: key.arn,
    database: database && { resourceId: database.instance.resourceId, role: manifest.name },
    tableArn: tables.tables.get(manifest.name)?.arn,
    events: topicArn && keyArn && { topicArn, keyArn, queue },
    mail: messaging.mail,
    sms: messaging.sms,
    pushApplicationArns: Object.values(messaging.pushApplications),
    exec: exec ? { logGroupArn: cluster.execLogArn } : undefined,
  }
}

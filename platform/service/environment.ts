import * as pulumi from '@pulumi/pulumi'
import {
  type Environment,
  environmentOf,
  type PushPlatform,
  type Supply,
} from '../../apps/shared/environment.ts'
import type { AnyManifest } from '../../apps/shared/manifest.ts'
import { DATABASE_NAME, POSTGRES_PORT } from '../data/database-instance.ts'
import { SERVICE_PORT } from './ports.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import { ISSUER } from '../system.ts'

type Value = pulumi.Input<string>

/** What AWS gives a service, where a laptop gives the same from its own parts. */
export interface AwsSupplies {
  region: string
  publicUrl: Value
  version: string
  corsOrigins: readonly string[]
  database: { address: Value; poolSize: number } | undefined
  cacheUrl: Value | undefined
  tableName: Value | undefined
  events: { topicArn: Value; queue: { url: Value; deadLetterUrl: Value } | undefined } | undefined
  /** Undefined: the stack sends no mail. */
  mail: { from: Value; configurationSetName: Value } | undefined
  sms: boolean
  pushApplications: Partial<Record<PushPlatform, Value>>
  /** Tokens of the services that others call, by their names. */
  callTokens: ReadonlyMap<string, Value>
  paymentGateway: { kind: 'sandbox' } | { kind: 'stripe'; secretKey: Value; webhookSecret: Value }
  /** By the names in the manifest. */
  secrets: Readonly<Record<string, Value>>
}

/** CloudFront and the load balancer each add one entry to X-Forwarded-For. */
const PROXY_HOPS = 2

/** Inside the VPC, by Service Connect. */
export const internalUrl = (service: string): string => `http://${service}:${SERVICE_PORT}`

/** Environment of one service on AWS. Pure. @throws Error naming the service and what nobody supplies */
export function awsEnvironment(
  manifest: AnyManifest,
  config: Pick<ServiceConfig, 'logLevel' | 'settings'>,
  supplies: AwsSupplies,
): Environment<Value> {
  const { database, cacheUrl, tableName, events, mail, sms, pushApplications } = supplies
  const missing = [
    ...(manifest.needs.database && !database ? ['a database'] : []),
    ...(manifest.needs.cache && cacheUrl === undefined ? ['a cache'] : []),
    ...(manifest.needs.table && tableName === undefined ? ['a table'] : []),
    ...(manifest.needs.callers && !supplies.callTokens.has(manifest.name)
      ? ['a token for its callers']
      : []),
    ...(manifest.publishes.length > 0 && !events ? ['a topic'] : []),
    ...(manifest.consumes.length > 0 && !events?.queue ? ['a queue'] : []),
  ]
  if (missing.length > 0)
    throw new Error(`service "${manifest.name}" needs ${missing.join(', ')}, which nobody supplies`)
  const tokenOf = (callee: string): Value => {
    const token = supplies.callTokens.get(callee)
    if (token !== undefined) return token
    throw new Error(`service "${manifest.name}" calls "${callee}", for which there is no token`)
  }
  const supply: Supply<AnyManifest, Value> = {
    runtime: {
      host: '0.0.0.0',
      port: SERVICE_PORT,
      publicUrl: supplies.publicUrl,
      version: supplies.version,
      logLevel: config.logLevel,
      corsOrigins: supplies.corsOrigins,
      trustedProxyHops: PROXY_HOPS,
    },
    database: {
      url: database ? databaseUrl(manifest.name, database.address) : '',
      poolSize: database?.poolSize ?? 0,
      iamRegion: supplies.region,
    },
    cache: { ...(cacheUrl !== undefined && { url: cacheUrl }) },
    tokens: { jwksUrl: `${internalUrl(ISSUER)}/.well-known/jwks.json` },
    table: { ...(tableName !== undefined && { name: tableName }) },
    paymentGateway: supplies.paymentGateway,
    callers: { token: manifest.needs.callers ? tokenOf(manifest.name) : '' },
    mail: { ...(mail && { from: mail.from, configurationSet: mail.configurationSetName }) },
    sms: { enabled: sms },
    push: { applications: pushApplications },
    calls: Object.fromEntries(
      manifest.calls.map(callee => [callee, { url: internalUrl(callee), token: tokenOf(callee) }]),
    ),
    settings: config.settings,
    secrets: supplies.secrets,
    ...(events && {
      events: {
        topicArn: events.topicArn,
        queueUrl: events.queue?.url ?? '',
        deadLetterUrl: events.queue?.deadLetterUrl ?? '',
      },
    }),
  }
  return environmentOf<AnyManifest, Value>(manifest, supply)
}

/** TLS with the certificates of RDS; the login is an IAM token. */
export const databaseUrl = (role: string, address: Value): pulumi.Output<string> =>
  pulumi.interpolate`postgres://${role}@${address}:${POSTGRES_PORT}/${DATABASE_NAME}?sslmode=verify-full&sslrootcert=rds`

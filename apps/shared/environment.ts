import { type AnyManifest, type Need, type ServiceManifest, variableName } from './manifest.ts'

/**
 * The one function that turns a manifest into environment: the local runner calls it with strings, the Pulumi program
 * with outputs (`V`). What differs between a laptop and AWS is the supply alone.
 */
export interface Runtime<V> {
  /** Address to listen on: 127.0.0.1 on a laptop, 0.0.0.0 in a container. */
  host: string
  port: number
  /** What clients see, without a slash at the end; also the issuer of tokens. */
  publicUrl: V | string
  version: string
  logLevel: LogLevel
  /** Origins of web pages that may call the API from a browser; `*` allows all. */
  corsOrigins: readonly string[]
  /** How many trusted proxies add to X-Forwarded-For: 1 for the local edge, 2 for CloudFront and ALB. */
  trustedProxyHops: number
  /** OTLP/HTTP collector; telemetry is off without one. */
  otlpEndpoint?: V | string
}

export const PUSH_PLATFORMS = ['ios', 'android'] as const
export type PushPlatform = (typeof PUSH_PLATFORMS)[number]

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What each need takes. A need that is missing here can't be declared; one that a supply lacks does not compile. */
export interface Supplies<V> {
  /** `url` logs in as the service's own role, with the password in it where one exists. */
  database: {
    url: V | string
    poolSize: number
    /** AWS region whose IAM signs the login tokens; then no password exists. */
    iamRegion?: string
  }
  /** No `url`: memory only. */
  cache: { url?: V | string }
  tokens: { jwksUrl: V | string }
  /** No `name`: kept in the service's own database. */
  table: { name?: V | string }
  /** What its callers prove themselves with: the token that their `calls` get. */
  callers: { token: V | string }
  /** No `from`: nothing is sent. With a `folder` messages are written there instead. */
  mail: { from?: V | string; configurationSet?: V | string; folder?: string }
  sms: { enabled?: boolean; folder?: string }
  /** ARNs of SNS platform applications by the platform that the app runs on. */
  push: { applications?: Partial<Record<PushPlatform, V | string>>; folder?: string }
  paymentGateway:
    | { kind: 'sandbox' }
    | { kind: 'stripe'; secretKey: V | string; webhookSecret: V | string }
}

type NeedsOf<M extends AnyManifest> = Extract<keyof M['needs'], Need>
type CallsOf<M extends AnyManifest> = M['calls'][number]

interface EventQueues<V> {
  topicArn: V | string
  queueUrl: V | string
  deadLetterUrl: V | string
}

export type Supply<M extends AnyManifest, V> = {
  runtime: Runtime<V>
  /** URL and token of every service that this one calls. */
  calls: Record<CallsOf<M>, { url: V | string; token: V | string }>
  settings: Partial<Record<keyof M['settings'], string | number | boolean>>
  secrets: Record<keyof M['secrets'], V | string>
  /** The topic that it publishes to, the queue that it reads; none: both are in PostgreSQL. */
  events?: (EventQueues<V> | { [K in keyof EventQueues<V>]?: never }) & {
    /** After this time an event whose consumer died is given to another. @default 60 */
    visibilitySeconds?: number
  }
} & Pick<Supplies<V>, NeedsOf<M>>

export interface Environment<V> {
  /** May be shown: task definitions, logs of a deployment. */
  plain: Record<string, V | string>
  /** Must not be shown: handed over by reference to a secret store. */
  secret: Record<string, V | string>
}

/** Environment of one service. Pure; the keys are exactly those that `readConfig` of the same manifest reads. */
export function environmentOf<M extends AnyManifest, V = string>(
  manifest: M,
  supply: Supply<M, V>,
): Environment<V> {
  const { runtime } = supply
  const plain: Environment<V>['plain'] = {
    HOST: runtime.host,
    PORT: String(runtime.port),
    PUBLIC_URL: runtime.publicUrl,
    SERVICE_VERSION: runtime.version,
    LOG_LEVEL: runtime.logLevel,
    CORS_ORIGINS: runtime.corsOrigins.join(','),
    TRUSTED_PROXY_HOPS: String(runtime.trustedProxyHops),
  }
  const secret: Environment<V>['secret'] = {}
  if (runtime.otlpEndpoint !== undefined)
    plain['OTEL_EXPORTER_OTLP_ENDPOINT'] = runtime.otlpEndpoint
  addNeeds(supply as Partial<Supplies<V>>, manifest, plain, secret)
  addEvents(supply.events, manifest, plain)
  for (const [name, callee] of Object.entries<{ url: V | string; token: V | string }>(
    supply.calls,
  )) {
    plain[`${variableName(name)}_URL`] = callee.url
    secret[`${variableName(name)}_TOKEN`] = callee.token
  }
  for (const [name, value] of Object.entries<string | number | boolean | undefined>(
    supply.settings,
  ))
    if (value !== undefined) plain[variableName(name)] = String(value)
  for (const [name, value] of Object.entries<V | string>(supply.secrets))
    secret[variableName(name)] = value
  return { plain, secret }
}

function addEvents<V>(
  events: Supply<AnyManifest, V>['events'],
  { publishes, consumes }: ServiceManifest,
  plain: Environment<V>['plain'],
): void {
  const set = (name: string, value: V | string | number | undefined) => {
    if (value !== undefined) plain[name] = typeof value === 'number' ? String(value) : value
  }
  if (publishes.length > 0) set('EVENTS_TOPIC_ARN', events?.topicArn)
  if (consumes.length === 0) return
  set('EVENTS_QUEUE_URL', events?.queueUrl)
  set('EVENTS_DEAD_LETTER_URL', events?.deadLetterUrl)
  set('EVENTS_VISIBILITY_SECONDS', events?.visibilitySeconds)
}

function addNeeds<V>(
  supply: Partial<Supplies<V>>,
  { needs }: ServiceManifest,
  plain: Environment<V>['plain'],
  secret: Environment<V>['secret'],
): void {
  if (needs.database && supply.database) {
    const { url, poolSize, iamRegion } = supply.database
    if (iamRegion === undefined) secret['DATABASE_URL'] = url
    else Object.assign(plain, { DATABASE_URL: url, DATABASE_IAM_REGION: iamRegion })
    plain['DATABASE_POOL_SIZE'] = String(poolSize)
  }
  if (needs.cache && supply.cache?.url !== undefined) secret['CACHE_URL'] = supply.cache.url
  if (needs.tokens && supply.tokens) plain['JWKS_URL'] = supply.tokens.jwksUrl
  if (needs.paymentGateway && supply.paymentGateway) {
    const gateway = supply.paymentGateway
    plain['PAYMENT_GATEWAY'] = gateway.kind
    if (gateway.kind === 'stripe') {
      secret['STRIPE_SECRET_KEY'] = gateway.secretKey
      secret['STRIPE_WEBHOOK_SECRET'] = gateway.webhookSecret
    }
  }
  if (needs.callers && supply.callers) secret['SERVICE_TOKEN'] = supply.callers.token
  if (needs.table && supply.table?.name !== undefined) plain['TABLE_NAME'] = supply.table.name
  addMessaging(supply, needs, plain)
}

/** One variable for each platform: their values may be outputs, which can't be joined here. */
function addMessaging<V>(
  { mail, sms, push }: Partial<Supplies<V>>,
  needs: ServiceManifest['needs'],
  plain: Environment<V>['plain'],
): void {
  const set = (name: string, value: V | string | undefined) => {
    if (value !== undefined) plain[name] = value
  }
  if (needs.mail) {
    set('MAIL_FROM', mail?.from)
    set('MAIL_CONFIGURATION_SET', mail?.configurationSet)
    set('MAIL_FOLDER', mail?.folder)
  }
  if (needs.sms) {
    set('SMS_ENABLED', sms?.enabled ? 'true' : undefined)
    set('SMS_FOLDER', sms?.folder)
  }
  if (needs.push) {
    for (const [platform, arn] of Object.entries<V | string>(push?.applications ?? {}))
      set(`PUSH_${platform.toUpperCase()}_APPLICATION`, arn)
    set('PUSH_FOLDER', push?.folder)
  }
}

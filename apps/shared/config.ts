import { z } from 'zod'
import { type PaymentGatewayConfig, readPaymentGateway } from './payment-gateway-config.ts'
import { LOG_LEVELS, type LogLevel } from './environment.ts'
import { type AnyManifest, type Shapes, variableName } from './manifest.ts'
import {
  type MailConfig,
  type PushConfig,
  readMessaging,
  type SmsConfig,
} from './messaging-config.ts'
import { readSecret } from './secret-files.ts'

type Values<S extends Shapes> = { [K in keyof S]: z.output<S[K]> }
type IfNeeded<M extends AnyManifest, N extends string, T> = N extends keyof M['needs'] ? T : unknown

export interface RuntimeConfig {
  host: string
  port: number
  /** Without a slash at the end; the issuer of tokens. */
  publicUrl: string
  version: string
  logLevel: LogLevel
  corsOrigins: string[]
  trustedProxyHops: number
  otlpEndpoint: string | undefined
}

export interface DatabaseConfig {
  /** `postgres://role:password@host:port/database?sslmode=verify-full` */
  url: string
  poolSize: number
  /** Region whose IAM signs the login tokens; undefined: the password in the URL logs in. */
  iamRegion?: string | undefined
}

/** Where the service's events go through SNS and SQS; all undefined: through PostgreSQL. */
export interface EventsConfig {
  /** Undefined where it publishes none. */
  topicArn: string | undefined
  /** Undefined where it consumes none. */
  queueUrl: string | undefined
  /** Of the queue beside it, for what can't be delivered. */
  deadLetterUrl: string | undefined
  /** After this time an event whose consumer died is given to another; a handler has half of it. */
  visibilitySeconds?: number
}

/** What `readConfig` makes of a manifest: only what the manifest asks for is there. */
export type Config<M extends AnyManifest> = {
  service: M['name']
  runtime: RuntimeConfig
  calls: Record<M['calls'][number], { url: string; token: string }>
  settings: Values<M['settings']>
  secrets: Values<M['secrets']>
  events: EventsConfig
} & IfNeeded<M, 'database', { database: DatabaseConfig }> &
  IfNeeded<M, 'cache', { cache: { url: string | undefined } }> &
  IfNeeded<M, 'tokens', { tokens: { jwksUrl: string } }> &
  IfNeeded<M, 'table', { table: { name: string | undefined } }> &
  IfNeeded<M, 'callers', { callers: { token: string } }> &
  IfNeeded<M, 'mail', { mail: MailConfig }> &
  IfNeeded<M, 'sms', { sms: SmsConfig }> &
  IfNeeded<M, 'push', { push: PushConfig }> &
  IfNeeded<M, 'paymentGateway', { paymentGateway: PaymentGatewayConfig }>

/** Every problem of one environment, a line each. The message never holds a secret's value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]
  constructor(service: string, problems: readonly string[]) {
    super(`environment of service "${service}":\n${problems.map(line => `  ${line}`).join('\n')}`)
    this.problems = problems
  }
}

const url = (protocol: RegExp, example: string) =>
  z.url({ protocol, error: `must be a URL such as ${example}` })
const webUrl = url(/^https?$/, 'https://shop.example.com').transform(text =>
  text.replace(/\/+$/, ''),
)
const integer = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`
  return z
    .string(error)
    .regex(/^\d{1,9}$/, error)
    .transform(Number)
    .pipe(z.number().min(min, error).max(max, error))
}

const topicArn = z
  .string()
  .regex(/^arn:[a-z-]+:sns:/, 'must be the ARN of a topic: arn:aws:sns:eu-west-1:123456789012:name')
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region: eu-west-1')

const origins = z
  .string()
  .default('')
  .transform(text =>
    text
      .split(',')
      .map(part => part.trim())
      .filter(Boolean),
  )
  .refine(list => list.every(isOrigin), {
    error: 'must be origins such as https://shop.example.com with commas between them, or *',
  })

/** What a browser sends as `Origin`; anything longer would never match. */
function isOrigin(text: string): boolean {
  return text === '*' || (/^https?:/.test(text) && URL.parse(text)?.origin === text)
}

/**
 * Reads a service's environment as its manifest says. A secret may stand in a file: `DATABASE_URL_FILE` names it.
 * @throws {ConfigError} with every problem at once
 */
export function readConfig<M extends AnyManifest>(
  manifest: M,
  env: Readonly<Record<string, string | undefined>>,
): Config<M> {
  const problems: string[] = []
  const read = reader(env, problems)
  const runtime: RuntimeConfig = {
    host: read('HOST', z.string().default('0.0.0.0')),
    port: read('PORT', integer(1, 65535)),
    publicUrl: read('PUBLIC_URL', webUrl),
    version: read('SERVICE_VERSION', z.string().default('dev')),
    logLevel: read('LOG_LEVEL', z.enum(LOG_LEVELS).default('info')),
    corsOrigins: read('CORS_ORIGINS', origins),
    trustedProxyHops: read('TRUSTED_PROXY_HOPS', integer(0, 9).default(0)),
    otlpEndpoint: read('OTEL_EXPORTER_OTLP_ENDPOINT', webUrl.optional()),
  }
  const config = {
    service: manifest.name,
    runtime,
    ...readNeeds(manifest, read),
    calls: readCalls(manifest, read),
    events: readEvents(manifest, read),
    settings: readShapes(manifest.settings, read),
    secrets: readShapes(manifest.secrets, (name, shape) => read(name, shape, true)),
  }
  if (problems.length > 0) throw new ConfigError(manifest.name, problems)
  return config as unknown as Config<M>
}

export type Read = <T>(name: string, shape: z.ZodType<T>, secret?: boolean) => T

function reader(env: Readonly<Record<string, string | undefined>>, problems: string[]): Read {
  return <T>(name: string, shape: z.ZodType<T>, secret = false): T => {
    const given = secret ? readSecret(env, name, problems) : env[name] || undefined
    if (given === null) return undefined as T
    const result = shape.safeParse(given)
    if (result.success) return result.data
    const allowed = [...new Set(result.error.issues.map(issue => issue.message))].join(', ')
    const value = secret ? 'a value (not shown)' : JSON.stringify(given)
    problems.push(
      given === undefined
        ? `${name} is missing (${secret ? 'secret' : allowed})`
        : `${name} is ${value}: ${allowed}`,
    )
    return undefined as T // never seen: readConfig throws when there is a problem
  }
}

function readNeeds({ needs }: AnyManifest, read: Read) {
  const postgresUrl = url(/^postgres(ql)?$/, 'postgres://role:password@host:5432/database')
  return {
    ...(needs.database && {
      database: {
        url: read('DATABASE_URL', postgresUrl, true),
        poolSize: read('DATABASE_POOL_SIZE', integer(1, 100).default(8)),
        iamRegion: read('DATABASE_IAM_REGION', region.optional()),
      },
    }),
    ...(needs.cache && {
      cache: { url: read('CACHE_URL', url(/^rediss?$/, 'rediss://host:6379').optional(), true) },
    }),
    ...(needs.tokens && { tokens: { jwksUrl: read('JWKS_URL', webUrl) } }),
    ...(needs.paymentGateway && { paymentGateway: readPaymentGateway(read) }),
    ...(needs.callers && { callers: { token: read('SERVICE_TOKEN', z.string().min(32), true) } }),
    ...(needs.table && { table: { name: read('TABLE_NAME', z.string().optional()) } }),
    ...readMessaging(needs, read),
  }
}

const EVENT_VARIABLES = {
  topicArn: { name: 'EVENTS_TOPIC_ARN', shape: topicArn },
  queueUrl: { name: 'EVENTS_QUEUE_URL', shape: webUrl },
  deadLetterUrl: { name: 'EVENTS_DEAD_LETTER_URL', shape: webUrl },
} as const

/** Up to what SQS takes. */
const VISIBILITY = integer(2, 43_200)

/** All of those that the manifest asks for, or none: half of the events on another bus would be lost. */
function readEvents({ publishes, consumes }: AnyManifest, read: Read): EventsConfig {
  const config: EventsConfig = {
    topicArn: undefined,
    queueUrl: undefined,
    deadLetterUrl: undefined,
  }
  const asked = [
    ...(publishes.length > 0 ? (['topicArn'] as const) : []),
    ...(consumes.length > 0 ? (['queueUrl', 'deadLetterUrl'] as const) : []),
  ]
  const given = asked.filter(key => read(EVENT_VARIABLES[key].name, z.string().optional()))
  if (given.length > 0)
    for (const key of asked) {
      const { name, shape } = EVENT_VARIABLES[key]
      config[key] = read(name, shape)
    }
  const visibilitySeconds =
    consumes.length > 0 ? read('EVENTS_VISIBILITY_SECONDS', VISIBILITY.optional()) : undefined
  return { ...config, ...(visibilitySeconds !== undefined && { visibilitySeconds }) }
}

function readCalls({ calls }: AnyManifest, read: Read) {
  return Object.fromEntries(
    calls.map(name => [
      name,
      {
        url: read(`${variableName(name)}_URL`, webUrl),
        token: read(`${variableName(name)}_TOKEN`, z.string().min(32), true),
      },
    ]),
  )
}

const readShapes = (shapes: Shapes, read: Read) =>
  Object.fromEntries(
    Object.entries(shapes).map(([key, shape]) => [key, read(variableName(key), shape)]),
  )

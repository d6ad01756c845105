import type { z } from 'zod'
import { routeMatches } from './route-patterns.ts'

/** What a service may ask of whoever runs it. Each key becomes environment in `environment.ts`. */
export interface Needs {
  /** A schema and a login role of its own in PostgreSQL. */
  readonly database?: true
  /** The shared cache: memory alone, or memory in front of Redis/Valkey. */
  readonly cache?: true
  /** The key set of the users service, to verify access tokens. */
  readonly tokens?: true
  /** A table of its own in DynamoDB. */
  readonly table?: TableShape
  /** Other services call its `/internal/*`: a token that they prove themselves with. */
  readonly callers?: true
  /** Sends e-mail. */
  readonly mail?: true
  /** Sends text messages to phones. */
  readonly sms?: true
  /** Sends push messages to apps. */
  readonly push?: true
  /** Who moves money: the embedded sandbox, or Stripe. */
  readonly paymentGateway?: true
}

/** Keys of a table; all are text, but for the last. */
export interface TableShape {
  readonly partitionKey: string
  readonly sortKey?: string
  /** Attribute that holds when an item may be deleted, in seconds since 1970. */
  readonly expiresAt?: string
}

export type Need = keyof Needs

/** Named values with the zod type that checks them: `{ passwordCost: z.coerce.number().default(12) }`. */
export type Shapes = Readonly<Record<string, z.ZodType>>

export interface ServiceManifest<
  Name extends string = string,
  N extends Needs = Needs,
  Calls extends string = string,
  Settings extends Shapes = Shapes,
  Secrets extends Shapes = Shapes,
  Publishes extends string = string,
  Consumes extends string = string,
> {
  /** Lower-case letters, digits and dashes: folder, schema, role, DNS name and URL of the service. */
  readonly name: Name
  /** One line for the API documents. */
  readonly description: string
  /** Path patterns that the edge sends here, as a load balancer reads them: `/users`, `/users/*`. */
  readonly routes: readonly string[]
  /** Those of its routes whose GETs a CDN may keep for as long as the answer's Cache-Control says. */
  readonly cachedRoutes: readonly string[]
  /**
   * What clients may ask without a token, a method and a path pattern: `POST /users`, `GET /products/*`, `ANY /docs/*`.
   * GET holds for HEAD too. A gateway lets nothing else through without one.
   */
  readonly openRoutes: readonly string[]
  readonly needs: N
  /** Services that this one calls; each gives a URL and a token. */
  readonly calls: readonly Calls[]
  /** Types of events that it publishes: `order.placed`. */
  readonly publishes: readonly Publishes[]
  /** Types of events that it hears of, each at least once. */
  readonly consumes: readonly Consumes[]
  /** Tunable values; `passwordCost` is read from `PASSWORD_COST`. A default makes it optional. */
  readonly settings: Settings
  /** Values that must never be shown; named like settings. */
  readonly secrets: Secrets
  /** One task's size on Fargate. */
  readonly size: { readonly vcpu: number; readonly memoryMiB: number }
  readonly scale: {
    readonly min: number
    readonly max: number
    /** Average CPU in percent that scaling aims at. */
    readonly cpuPercent: number
    /** Requests per task and minute that scaling aims at. */
    readonly requestsPerTarget: number
  }
  /** Seconds from SIGTERM until the process must have ended; then it is killed. */
  readonly stopSeconds: number
}

export type AnyManifest = ServiceManifest

type Optional =
  | 'cachedRoutes'
  | 'openRoutes'
  | 'needs'
  | 'calls'
  | 'publishes'
  | 'consumes'
  | 'settings'
  | 'secrets'
  | 'size'
  | 'scale'
  | 'stopSeconds'

type Given<M extends ServiceManifest> = Omit<M, Optional> & Partial<Pick<M, Optional>>

const DEFAULTS = {
  cachedRoutes: [],
  openRoutes: [],
  needs: {},
  calls: [],
  publishes: [],
  consumes: [],
  settings: {},
  secrets: {},
  size: { vcpu: 0.25, memoryMiB: 512 },
  scale: { min: 1, max: 4, cpuPercent: 60, requestsPerTarget: 1000 },
  stopSeconds: 30,
}

/** What the service itself answers on its port; the edge never routes these to it. */
export const PRIVATE_PATHS = ['/health', '/ready', '/openapi.json', '/docs', '/internal'] as const

/** OPTIONS needs no mention: no preflight of a browser has a token. HEAD goes with GET. */
const OPEN_METHODS = ['ANY', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Names that `environment.ts` gives; a setting or secret may not take one. */
export const PLATFORM_VARIABLES = [
  'HOST',
  'PORT',
  'PUBLIC_URL',
  'SERVICE_VERSION',
  'LOG_LEVEL',
  'CORS_ORIGINS',
  'TRUSTED_PROXY_HOPS',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'DATABASE_URL',
  'DATABASE_ADMIN_URL',
  'DATABASE_POOL_SIZE',
  'DATABASE_IAM_REGION',
  'DATABASE_ADMIN_PASSWORD',
  ...(['CACHE_URL', 'JWKS_URL', 'TABLE_NAME'] as const),
  ...(['MAIL_FROM', 'MAIL_CONFIGURATION_SET', 'MAIL_FOLDER', 'SMS_ENABLED', 'SMS_FOLDER'] as const),
  ...(['PUSH_IOS_APPLICATION', 'PUSH_ANDROID_APPLICATION', 'PUSH_FOLDER'] as const),
  ...(['EVENTS_TOPIC_ARN', 'EVENTS_QUEUE_URL', 'EVENTS_DEAD_LETTER_URL'] as const),
  'EVENTS_VISIBILITY_SECONDS',
  'SERVICE_TOKEN',
  'PAYMENT_GATEWAY',
  'STRIPE_SECRET_KEY',
  'STRIPE_WEBHOOK_SECRET',
] as const

/** `passwordCost` -> `PASSWORD_COST`, `card-vault` -> `CARD_VAULT`. */
export const variableName = (name: string): string =>
  name
    .replaceAll('-', '_')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()

/**
 * Declares a service. Everything that runs it (the local runner, the Pulumi program, the service itself) reads this.
 * @throws Error naming the service, the key and what is allowed, when the manifest makes no sense
 */
export function defineService<
  const Name extends string,
  const N extends Needs = Record<never, never>,
  const Calls extends string = never,
  Settings extends Shapes = Record<never, never>,
  Secrets extends Shapes = Record<never, never>,
  const Publishes extends string = never,
  const Consumes extends string = never,
>(
  given: Given<ServiceManifest<Name, N, Calls, Settings, Secrets, Publishes, Consumes>>,
): ServiceManifest<Name, N, Calls, Settings, Secrets, Publishes, Consumes> {
  const manifest = { ...DEFAULTS, ...given } as ServiceManifest<
    Name,
    N,
    Calls,
    Settings,
    Secrets,
    Publishes,
    Consumes
  >
  const problems = problemsOf(manifest)
  if (problems.length > 0)
    throw new Error(`manifest of service "${given.name}": ${problems.join('; ')}`)
  return manifest
}

const NAME = /^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/
const PATH = /^(\/[A-Za-z0-9._~-]+)+(\/\*)?$/
const EVENT = /^[a-z][a-z-]*\.[a-z][a-z-]*$/
const NAME_ALLOWED =
  'must be 1-20 lower-case letters, digits or dashes, a letter first and no dash at the end'

function problemsOf(manifest: AnyManifest): string[] {
  const { name, routes, cachedRoutes, scale, stopSeconds, calls } = manifest
  const problems: string[] = []
  if (!NAME.test(name)) problems.push(`name "${name}" ${NAME_ALLOWED}`)
  for (const route of routes) {
    if (!PATH.test(route))
      problems.push(`route "${route}" must be a path such as /users or /users/*`)
    const taken = PRIVATE_PATHS.find(path => route === path || route.startsWith(`${path}/`))
    if (taken) problems.push(`route "${route}" is private: ${taken} is never routed by an edge`)
  }
  for (const route of cachedRoutes)
    if (!routes.some(pattern => pattern === route || routeMatches(pattern, route)))
      problems.push(`cachedRoutes "${route}" is not one of its routes ${routes.join(', ')}`)
  problems.push(...manifest.openRoutes.flatMap(route => openProblem(route, routes)))
  if (scale.min < 0 || scale.max < Math.max(1, scale.min))
    problems.push(`scale ${scale.min}..${scale.max} must be 0 <= min <= max and max >= 1`)
  if (!(scale.cpuPercent >= 10 && scale.cpuPercent <= 90))
    problems.push(`scale.cpuPercent ${scale.cpuPercent} must be 10 to 90`)
  if (!(Number.isInteger(scale.requestsPerTarget) && scale.requestsPerTarget > 0))
    problems.push(
      `scale.requestsPerTarget ${scale.requestsPerTarget} must be a whole number above 0`,
    )
  if (stopSeconds < 2 || stopSeconds > 120)
    problems.push(`stopSeconds ${stopSeconds} must be 2 to 120 (Fargate's limit)`)
  if (calls.includes(name)) problems.push(`calls "${name}": a service can't call itself`)
  for (const event of [...manifest.publishes, ...manifest.consumes])
    if (!EVENT.test(event))
      problems.push(`event "${event}" must be two lower-case words with a dot: order.placed`)
  return [...problems, ...clashes(manifest)]
}

function openProblem(route: string, routes: readonly string[]): string[] {
  const [, method = '', path = ''] = /^(\S+) (\S+)$/.exec(route) ?? []
  if (!(OPEN_METHODS as readonly string[]).includes(method))
    return [
      `openRoutes "${route}" must be a method and a path such as POST /users or GET /users/*; methods: ${OPEN_METHODS.join(', ')}`,
    ]
  if (!PATH.test(path) || !routes.some(pattern => pattern === path || routeMatches(pattern, path)))
    return [
      `openRoutes "${route}": the path is not one of its routes ${routes.join(', ')} and lies under none`,
    ]
  return []
}

function clashes({ settings, secrets, calls }: AnyManifest): string[] {
  const taken = new Set<string>(PLATFORM_VARIABLES)
  const problems: string[] = []
  for (const call of calls) {
    if (!NAME.test(call)) problems.push(`calls "${call}": the name ${NAME_ALLOWED}`)
    for (const variable of [`${variableName(call)}_URL`, `${variableName(call)}_TOKEN`]) {
      if (taken.has(variable)) problems.push(`calls "${call}" becomes ${variable}, which is taken`)
      taken.add(variable)
    }
  }
  for (const key of [...Object.keys(settings), ...Object.keys(secrets)]) {
    const variable = variableName(key)
    if (!/^[a-z][A-Za-z0-9]*$/.test(key)) problems.push(`"${key}" must be written in camelCase`)
    if (taken.has(variable)) problems.push(`"${key}" becomes ${variable}, which is taken`)
    taken.add(variable)
  }
  // `KEY_FILE` names the file of `KEY`, see `secret-files.ts`.
  for (const variable of [...taken].filter(name => taken.has(`${name}_FILE`)))
    problems.push(`${variable}_FILE can't be a setting: it names the file of ${variable}`)
  return problems
}

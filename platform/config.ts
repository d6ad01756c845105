import * as pulumi from '@pulumi/pulumi'
import { closestMatch } from 'leven'
import { z } from 'zod'
import { LOG_LEVELS } from '../apps/shared/environment.ts'
import {
  bool,
  json,
  matching,
  oneOf,
  oneOfNumbers,
  optionalMatching,
  text,
  whole,
} from './config-values.ts'
import { parsePrivateRange } from './cidr.ts'
import { INTERFACE_ENDPOINTS } from './endpoints.ts'
import { LOG_RETENTION_DAYS } from './log-retention.ts'
import { ServiceOverrides, serviceProblems } from './service-config.ts'
import type { System } from './system.ts'
import { crossProblems } from './config-rules.ts'

const origin = z
  .string()
  .refine(
    given => given === '*' || URL.parse(given)?.origin === given,
    'must be origins such as https://shop.example.com, or *',
  )

const cidr = z.string().superRefine((given, context) => {
  try {
    parsePrivateRange(given)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : '' })
  }
})

const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/

/** One entry for each key that Pulumi.yaml declares; what each means stands there. */
export const StackValues = z.object({
  region: matching(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region such as eu-central-1'),
  owner: matching(/^[\w .:/=+@-]{1,100}$/, 'must be 1 to 100 letters, digits, spaces or .:/=+@-_'),
  costCenter: matching(
    /^[\w .:/=+@-]{1,100}$/,
    'must be 1 to 100 letters, digits, spaces or .:/=+@-_',
  ),
  protect: bool,
  logDays: oneOfNumbers(LOG_RETENTION_DAYS),
  logLevel: oneOf(LOG_LEVELS),
  alarmEmail: z
    .union([z.literal(''), z.email()], 'must be an e-mail address, or empty')
    .transform(value => (value === '' ? undefined : value)),
  monthlyBudgetUsd: whole(1, 1_000_000),
  domain: optionalMatching(DOMAIN, 'must be a name such as shop.example.com, or empty'),
  hostedZone: optionalMatching(DOMAIN, 'must be a name such as example.com, or empty'),
  corsOrigins: json(z.array(origin)),
  requestsPerAddress: whole(100, 2_000_000),
  apiGateway: bool,
  apiRatePerSecond: whole(1, 10_000),
  apiBurst: whole(1, 5000),
  cidr,
  zones: whole(2, 3),
  nat: oneOf(['single', 'per-zone', 'none']),
  interfaceEndpoints: json(
    z.array(z.enum(INTERFACE_ENDPOINTS, `may hold ${INTERFACE_ENDPOINTS.join(', ')}`)),
  ),
  databaseClass: matching(
    /^db\.[a-z0-9]+\.(micro|small|medium|large|\d*xlarge)$/,
    'must be an instance class such as db.t4g.micro',
  ),
  databaseStorageGiB: whole(20, 65_536),
  databaseMaxStorageGiB: whole(22, 65_536),
  databaseMultiAz: bool,
  databaseReplicas: whole(0, 5),
  databaseBackupDays: whole(1, 35),
  databaseMonitoringSeconds: oneOfNumbers([0, 1, 5, 10, 15, 30, 60]),
  cacheNodeType: matching(
    /^cache\.[a-z0-9]+\.(micro|small|medium|large|\d*xlarge)$/,
    'must be a node type such as cache.t4g.micro',
  ),
  cacheReplicas: whole(0, 5),
  cacheSnapshotDays: whole(0, 35),
  architecture: oneOf(['arm64', 'x86_64']),
  spotPercent: whole(0, 100),
  containerInsights: oneOf(['enabled', 'enhanced']),
  exec: bool,
  repository: optionalMatching(/^[\w.-]+\/[\w.-]+$/, 'must be owner/name, or empty'),
  githubEnvironment: text,
  oidcProviderArn: optionalMatching(
    /^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/token\.actions\.githubusercontent\.com$/,
    'must be the ARN of the provider of token.actions.githubusercontent.com, or empty',
  ),
  services: json(z.record(z.string(), ServiceOverrides)),
})

export type StackConfig = z.output<typeof StackValues> & {
  project: string
  stack: string
  /** First part of every physical name: `shop-dev`. */
  prefix: string
}

/** Every problem of a stack's configuration, a line each. */
export class StackConfigError extends Error {
  override readonly name = 'StackConfigError'
  readonly problems: readonly string[]
  constructor(stack: string, problems: readonly string[]) {
    super(
      `Pulumi.${stack}.yaml has ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}:\n${problems
        .map(line => `  ${line}`)
        .join('\n')}\nChange the file, or: pulumi config set KEY VALUE --stack ${stack}`,
    )
    this.problems = problems
  }
}

/**
 * The stack's configuration, checked against what the services are.
 * @throws {StackConfigError} with every problem at once
 */
export function loadConfig(system: System): StackConfig {
  const project = pulumi.getProject()
  const stack = pulumi.getStack()
  const given = valuesOf(project)
  const problems = unknownKeys(given, project)
  const parsed = StackValues.safeParse(Object.fromEntries(given))
  if (!parsed.success)
    problems.push(...parsed.error.issues.map(issue => problemLine(issue, given, project)))
  else
    problems.push(
      ...crossProblems(parsed.data, project),
      ...serviceProblems(parsed.data, system).map(line => `${project}:services.${line}`),
    )
  if (problems.length > 0 || !parsed.success) throw new StackConfigError(stack, problems)
  return { ...parsed.data, project, stack, prefix: `${project}-${stack}` }
}

/** What the CLI hands over: the stack file's values and the defaults of Pulumi.yaml, as text. */
function valuesOf(project: string): Map<string, string> {
  const own = `${project}:`
  return new Map(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(own))
      .map(([key, value]) => [key.slice(own.length), value]),
  )
}

function unknownKeys(given: ReadonlyMap<string, string>, project: string): string[] {
  const known = Object.keys(StackValues.shape)
  return [...given.keys()]
    .filter(key => !known.includes(key))
    .map(key => {
      const near = closestMatch(key, known, { maxDistance: 4 })
      const hint = near ? `did you mean ${project}:${near}?` : `known keys: ${known.join(', ')}`
      return `${project}:${key} is not a key of this program; ${hint}`
    })
}

function problemLine(
  issue: z.core.$ZodIssue,
  given: ReadonlyMap<string, string>,
  project: string,
): string {
  const key = String(issue.path[0])
  const value = given.get(key)
  if (value === undefined)
    return `${project}:${key} is missing; Pulumi.yaml has its default: run from the folder that holds it`
  const place = [key, ...issue.path.slice(1)].join('.')
  return `${project}:${place} is ${JSON.stringify(inner(value, issue.path.slice(1)))}: ${messageOf(issue)}`
}

/** The part of a list or an object that a problem is about. */
function inner(value: string, path: readonly PropertyKey[]): unknown {
  if (path.length === 0) return value
  return path.reduce<unknown>(
    (found, key) => (found as Record<PropertyKey, unknown> | undefined)?.[key],
    JSON.parse(value),
  )
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message
  const known = Object.keys(ServiceOverrides.shape)
  return issue.keys
    .map(key => {
      const near = closestMatch(key, known, { maxDistance: 4 })
      return `"${key}" is not a key; ${near ? `did you mean "${near}"?` : `allowed: ${known.join(', ')}`}`
    })
    .join('; ')
}

import * as pulumi from '@pulumi/pulumi'
import type { z } from 'zod'
import { crossProblems } from './config-rules.ts'
import { rightPart } from './config-values.ts'
import { signedForGateway } from '../edge/gateway-tokens.ts'
import { NAME_LIMITS, physicalName } from '../names.ts'
import { nearMiss } from './near-miss.ts'
import { paymentGatewayOf } from './payment-gateway.ts'
import { plainSecretProblems } from './plain-secrets.ts'
import { rightOverrides, ServiceOverrides, serviceProblems } from './service-config.ts'
import { StackValues } from './stack-values.ts'
import type { System } from '../system.ts'

/** A stack's values by the parts of the system that they are for. */
export type StackConfig = ReturnType<typeof grouped> & {
  project: string
  stack: string
  /** First part of every physical name: `shop-dev`. */
  prefix: string
}

/** Every problem of a stack's configuration, a line each. Pulumi shows it without a stack trace. */
export class StackConfigError extends pulumi.RunError {
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
  const parsed = StackValues.safeParse(Object.fromEntries(given))
  const problems = [
    ...unknownKeys(given, project),
    ...plainSecretProblems(given, project, stack),
    ...(parsed.error?.issues ?? []).map(issue => problemLine(issue, given, project)),
    ...problemsBetween(Object.fromEntries(given), system).map(line => `${project}:${line}`),
  ]
  if (problems.length > 0 || !parsed.success) throw new StackConfigError(stack, problems)
  return {
    ...grouped(parsed.data, stack),
    project,
    stack,
    prefix: physicalName([project, stack], NAME_LIMITS.prefix),
  }
}

function grouped(values: StackValues, stack: string) {
  const { domain, hostedZone, repository, oidcProviderArn, alarmEmail } = values
  return {
    region: values.region,
    owner: values.owner,
    costCenter: values.costCenter,
    protect: values.protect,
    logDays: values.logDays,
    logLevel: values.logLevel,
    services: values.apiGateway ? signedForGateway(values.services) : values.services,
    tasks: {
      architecture: values.architecture,
      spotPercent: values.spotPercent,
      exec: values.exec,
      rollouts: values.rollouts,
      corsOrigins: values.corsOrigins,
    },
    network: {
      cidr: values.cidr,
      zones: values.zones,
      nat: values.nat,
      interfaceEndpoints: values.interfaceEndpoints,
    },
    database: {
      instanceClass: values.databaseClass,
      storageGiB: values.databaseStorageGiB,
      maxStorageGiB: values.databaseMaxStorageGiB,
      multiAz: values.databaseMultiAz,
      replicas: values.databaseReplicas,
      backupDays: values.databaseBackupDays,
      monitoringSeconds: values.databaseMonitoringSeconds,
    },
    cache: {
      nodeType: values.cacheNodeType,
      replicas: values.cacheReplicas,
      snapshotDays: values.cacheSnapshotDays,
    },
    paymentGateway: paymentGatewayOf(values),
    cluster: { containerInsights: values.containerInsights },
    edge: {
      requestsPerAddress: values.requestsPerAddress,
      ...(domain !== undefined &&
        hostedZone !== undefined && { domain: { name: domain, zone: hostedZone } }),
    },
    messaging: {
      sms: values.sms,
      pushApplications: values.pushApplications,
      ...(domain !== undefined &&
        hostedZone !== undefined && { domain: { name: domain, zone: hostedZone } }),
      ...(values.mailFrom !== undefined && { mailFrom: values.mailFrom }),
    },
    apiGateway: values.apiGateway
      ? { throttle: { ratePerSecond: values.apiRatePerSecond, burst: values.apiBurst } }
      : undefined,
    alarmSet: values.alarms,
    alarms: { ...(alarmEmail !== undefined && { email: alarmEmail }) },
    monthlyBudgetUsd: values.monthlyBudgetUsd,
    delivery:
      repository === undefined
        ? undefined
        : {
            repository,
            environment: values.githubEnvironment || stack,
            ...(oidcProviderArn !== undefined && { oidcProviderArn }),
            state: { bucket: values.stateBucket, keyArn: values.stateKeyArn },
          },
  }
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

/** Of what is right by itself: one wrong key must not hide what else is wrong. */
function problemsBetween(given: Readonly<Record<string, string>>, system: System): string[] {
  const services = rightOverrides(given['services'])
  const right = { ...rightPart(StackValues, given), services }
  return [
    ...crossProblems(right, system),
    ...serviceProblems({ services, logLevel: right.logLevel ?? 'info' }, system).map(
      line => `services.${line}`,
    ),
  ]
}

function unknownKeys(given: ReadonlyMap<string, string>, project: string): string[] {
  const known = Object.keys(StackValues.shape)
  return [...given.keys()]
    .filter(key => !known.includes(key))
    .map(key => `${project}:${key} is not a key of this program; ${nearMiss(key, known)}`)
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
  return issue.keys.map(key => `"${key}" is not a key; ${nearMiss(key, known)}`).join('; ')
}

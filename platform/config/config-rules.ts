import * as pulumi from '@pulumi/pulumi'
import { neededWithoutNat } from '../network/endpoints.ts'
import { paymentGatewayProblems } from './payment-gateway.ts'
import { signingProblems } from '../edge/gateway-tokens.ts'
import type { StackValues } from './stack-values.ts'
import type { System } from '../system.ts'

type Rule = (values: Partial<StackValues>, system: System) => string[]

/** Looks only where all keys that it is about are right by themselves. */
const rule =
  <K extends keyof StackValues>(
    keys: readonly K[],
    problems: (values: Pick<StackValues, K>, system: System) => string[],
  ): Rule =>
  (values, system) =>
    has(values, keys) ? problems(values, system) : []

const has = <K extends keyof StackValues>(
  values: Partial<StackValues>,
  keys: readonly K[],
): values is Partial<StackValues> & Pick<StackValues, K> => keys.every(key => key in values)

const RULES: readonly Rule[] = [
  rule(['domain', 'hostedZone'], ({ domain, hostedZone }) => {
    if (domain === undefined && hostedZone === undefined) return []
    if (hostedZone === undefined)
      return [`hostedZone is empty; domain "${domain}" needs the zone that holds it`]
    if (domain === undefined)
      return [`domain is empty; hostedZone "${hostedZone}" is of no use without it`]
    if (domain === hostedZone || domain.endsWith(`.${hostedZone}`)) return []
    return [
      `domain is "${domain}": must be in hostedZone "${hostedZone}", such as shop.${hostedZone}`,
    ]
  }),
  rule(['repository', 'stateBucket', 'stateKeyArn'], ({ repository, stateBucket, stateKeyArn }) =>
    Object.entries({ stateBucket, stateKeyArn })
      .filter(([, value]) => value !== undefined && repository === undefined)
      .map(
        ([key, value]) =>
          `${key} is "${value}": of no use without repository, whose previews read it`,
      ),
  ),
  rule(['nat', 'interfaceEndpoints'], ({ nat, interfaceEndpoints }, system) => {
    const missing = neededWithoutNat([...system.values()]).filter(
      name => !interfaceEndpoints.includes(name),
    )
    if (nat !== 'none' || missing.length === 0) return []
    return [
      `nat is "none": tasks can't start or work unless interfaceEndpoints holds ${missing.join(', ')} too`,
    ]
  }),
  rule(['nat', 'mailFrom', 'domain'], ({ nat, mailFrom, domain }, system) =>
    nat === 'none' &&
    (mailFrom ?? domain) !== undefined &&
    [...system.values()].some(({ needs }) => needs.mail)
      ? [
          `nat is "none": SES, which sends the mail of ${mailFrom ?? domain}, is not reached by an endpoint; set nat to single, or leave mailFrom and domain empty`,
        ]
      : [],
  ),
  rule(
    ['databaseStorageGiB', 'databaseMaxStorageGiB'],
    ({ databaseStorageGiB: start, databaseMaxStorageGiB: most }) =>
      most < start * 1.1
        ? [
            `databaseMaxStorageGiB is "${most}": must be at least a tenth more than databaseStorageGiB, ${start}`,
          ]
        : [],
  ),
  rule(['apiBurst', 'apiRatePerSecond'], ({ apiBurst, apiRatePerSecond }) =>
    apiBurst < apiRatePerSecond
      ? [`apiBurst is "${apiBurst}": must be at least apiRatePerSecond, ${apiRatePerSecond}`]
      : [],
  ),
  rule(['cacheNodeType', 'cacheReplicas'], ({ cacheNodeType, cacheReplicas }) =>
    /^cache\.t[12]\./.test(cacheNodeType) && cacheReplicas > 0
      ? [
          `cacheNodeType is "${cacheNodeType}": can't fail over; use cache.t4g.micro or set cacheReplicas to 0`,
        ]
      : [],
  ),
  rule(
    ['protect', 'nat', 'paymentGateway', 'stripeSecretKey', 'stripeWebhookSecret'],
    (values, system) => paymentGatewayProblems(values, system, pulumi.runtime.isDryRun()),
  ),
  rule(['apiGateway', 'services'], ({ apiGateway, services }) =>
    apiGateway ? signingProblems(services) : [],
  ),
]

/** Problems that lie between the keys of a stack, or between them and the services. */
export const crossProblems: Rule = (values, system) =>
  RULES.flatMap(problems => problems(values, system))

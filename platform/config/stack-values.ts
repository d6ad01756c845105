import { z } from 'zod'
import { LOG_LEVELS, PUSH_PLATFORMS } from '../../apps/shared/environment.ts'
import { parsePrivateRange } from '../network/cidr.ts'
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
import { INTERFACE_ENDPOINTS } from '../network/endpoints.ts'
import { LOG_RETENTION_DAYS } from './log-retention.ts'
import { ServiceOverrides } from './service-config.ts'

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

const email = z
  .string()
  .refine(
    given => given === '' || z.email().safeParse(given).success,
    'must be an e-mail address, or empty',
  )
  .transform(value => (value === '' ? undefined : value))

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
  alarms: oneOf(['all', 'basic']),
  alarmEmail: email,
  monthlyBudgetUsd: whole(1, 1_000_000),
  domain: optionalMatching(DOMAIN, 'must be a name such as shop.example.com, or empty'),
  hostedZone: optionalMatching(DOMAIN, 'must be a name such as example.com, or empty'),
  mailFrom: email,
  sms: bool,
  pushApplications: json(
    z.partialRecord(
      z.enum(PUSH_PLATFORMS, `may have ${PUSH_PLATFORMS.join(', ')}`),
      z
        .string()
        .regex(
          /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:app\/[A-Z_]+\/[\w.-]+$/,
          'must be the ARN of a platform application: arn:aws:sns:eu-west-1:123456789012:app/APNS/shop',
        ),
    ),
  ),
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
  paymentGateway: oneOf(['', 'stripe', 'sandbox']),
  // Checked by `paymentGatewayProblems`, which never shows them.
  stripeSecretKey: text,
  stripeWebhookSecret: text,
  architecture: oneOf(['arm64', 'x86_64']),
  spotPercent: whole(0, 100),
  containerInsights: oneOf(['disabled', 'enabled', 'enhanced']),
  exec: bool,
  rollouts: oneOf(['leave', 'wait']),
  repository: optionalMatching(/^[\w.-]+\/[\w.-]+$/, 'must be owner/name, or empty'),
  githubEnvironment: text,
  oidcProviderArn: optionalMatching(
    /^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/token\.actions\.githubusercontent\.com$/,
    'must be the ARN of the provider of token.actions.githubusercontent.com, or empty',
  ),
  stateBucket: optionalMatching(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    'must be the name of an S3 bucket such as acme-pulumi, without s3://, or empty',
  ),
  stateKeyArn: optionalMatching(
    /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
    'must be the ARN of a KMS key (arn:aws:kms:eu-west-1:123456789012:key/...), not of an alias, or empty',
  ),
  services: json(z.record(z.string(), ServiceOverrides)),
})

export type StackValues = z.output<typeof StackValues>

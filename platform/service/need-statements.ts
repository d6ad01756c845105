import * as pulumi from '@pulumi/pulumi'
import type { Need } from '../../apps/shared/manifest.ts'
import type { Account } from '../account.ts'
import type { Statement } from '../statements.ts'

/** What statements are made of: ARNs of what exists. */
export interface Grants {
  account: Account
  /** `prefix` of the stack: part of names. */
  repositoryArn: pulumi.Input<string>
  logGroupArn: pulumi.Input<string>
  /** Encrypts secrets, tables and logs. */
  keyArn: pulumi.Input<string>
  /** The service's own secret; undefined where it has none. */
  secretArn: pulumi.Input<string> | undefined
  database: { resourceId: pulumi.Input<string>; role: string } | undefined
  tableArn: pulumi.Input<string> | undefined
  /** Undefined: the stack sends no mail. */
  mail: { identityArn: pulumi.Input<string>; configurationSetArn: pulumi.Input<string> } | undefined
  /** Whether the stack sends text messages. */
  sms: boolean
  /** SNS platform applications, of which each app on a device is an endpoint. */
  pushApplicationArns: readonly string[]
  events:
    | {
        topicArn: pulumi.Input<string>
        keyArn: pulumi.Input<string>
        queue: { arn: pulumi.Input<string>; deadLetterArn: pulumi.Input<string> } | undefined
      }
    | undefined
  /** Of sessions with `aws ecs execute-command`; undefined where they are off. */
  exec: { logGroupArn: pulumi.Input<string> } | undefined
}

export const allow = (
  Sid: string,
  Action: readonly string[],
  Resource: NonNullable<Statement['Resource']>,
): Statement => ({ Sid, Effect: 'Allow', Action, Resource })

/** Statements of each need; a need without an entry does not compile. */
export const STATEMENTS_OF_NEED: Record<Need, (grants: Grants) => Statement[]> = {
  database: ({ account, database }) =>
    database
      ? [
          allow(
            'LogInToDatabase',
            ['rds-db:connect'],
            pulumi.interpolate`arn:${account.partition}:rds-db:${account.region}:${account.id}:dbuser:${database.resourceId}/${database.role}`,
          ),
        ]
      : [],
  // By a password in the URL.
  cache: () => [],
  // By HTTP.
  tokens: () => [],
  callers: () => [],
  // By HTTP, to somebody who is not on AWS.
  paymentGateway: () => [],
  table: ({ tableArn, keyArn }) =>
    tableArn
      ? [
          allow(
            'UseTable',
            [
              'dynamodb:GetItem',
              'dynamodb:PutItem',
              'dynamodb:UpdateItem',
              'dynamodb:DeleteItem',
              'dynamodb:Query',
              'dynamodb:ConditionCheckItem',
            ],
            tableArn,
          ),
          allow('UseTableKey', ['kms:Decrypt', 'kms:GenerateDataKey'], keyArn),
        ]
      : [],
  mail: ({ mail }) =>
    mail
      ? [
          allow('SendMail', ['ses:SendEmail'], [mail.identityArn, mail.configurationSetArn]),
          // This action has no resource level: the list is the account's.
          allow('FindBouncedAddresses', ['ses:ListSuppressedDestinations'], '*'),
        ]
      : [],
  sms: ({ account, sms }) =>
    sms
      ? [
          {
            Sid: 'SendTextMessages',
            Effect: 'Allow',
            Action: ['sns:Publish'],
            // A phone number has no ARN; topics and endpoints have one.
            NotResource: pulumi.interpolate`arn:${account.partition}:sns:*:*:*`,
          },
        ]
      : [],
  push: ({ pushApplicationArns }) =>
    pushApplicationArns.length > 0
      ? [
          allow('RegisterDevices', ['sns:CreatePlatformEndpoint'], pushApplicationArns),
          allow(
            'SendPushMessages',
            ['sns:Publish', 'sns:DeleteEndpoint', 'sns:SetEndpointAttributes'],
            pushApplicationArns.map(arn => `${arn.replace(':app/', ':endpoint/')}/*`),
          ),
        ]
      : [],
}

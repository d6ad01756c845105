import * as pulumi from '@pulumi/pulumi'
import type { Account } from '../account.ts'
import { EncryptionKey } from './encryption-key.ts'
import type { Statement } from '../statements.ts'

/** Lets CloudWatch Logs encrypt the stack's own log groups. In a key's policy `*` is the key. */
export const logsUseKey = ({ id, partition, region }: Account, prefix: string): Statement[] => [
  {
    Sid: 'LogsOfThisStack',
    Effect: 'Allow',
    Principal: { Service: `logs.${region}.amazonaws.com` },
    Action: [
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:ReEncrypt*',
      'kms:GenerateDataKey*',
      'kms:DescribeKey',
    ],
    Resource: '*',
    Condition: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': pulumi.interpolate`arn:${partition}:logs:${region}:${id}:log-group:/${prefix}/*`,
      },
    },
  },
]

/** The stack's key for what has none of its own: secrets, cache, tables, images and logs. */
export const createDataKey = (
  prefix: string,
  account: Account,
  opts: pulumi.ComponentResourceOptions,
): EncryptionKey =>
  new EncryptionKey(
    'data',
    {
      prefix,
      account,
      description: 'Secrets, cache, tables, images and logs',
      statements: logsUseKey(account, prefix),
    },
    opts,
  )

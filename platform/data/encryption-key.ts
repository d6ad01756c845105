import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Account } from '../account.ts'
import type { Statement } from '../statements.ts'

export interface EncryptionKeyArgs {
  prefix: string
  account: Account
  /** What it encrypts; shown in the console. */
  description: string
  /** AWS services that encrypt with it in their own name. */
  statements?: pulumi.Input<Statement[]>
}

/**
 * A KMS key that rotates each year, with its alias. Deleted 30 days after it is removed. About 1 USD a month.
 * The policy stands in the key itself: what is encrypted with it may be created at once.
 */
export class EncryptionKey extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>
  readonly id: pulumi.Output<string>

  constructor(name: string, args: EncryptionKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:EncryptionKey', name, {}, opts)
    const { prefix, account, description, statements = [] } = args
    const key = new aws.kms.Key(
      `${name}-key`,
      {
        description: `${prefix}: ${description}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: pulumi.jsonStringify({
          Version: '2012-10-17',
          Statement: pulumi
            .all([pulumi.output(statements), administration(account)])
            .apply(([own, admin]) => [admin, ...own]),
        }),
      },
      { parent: this },
    )
    new aws.kms.Alias(
      `${name}-alias`,
      { name: `alias/${prefix}-${name}`, targetKeyId: key.keyId },
      { parent: this },
    )
    this.arn = key.arn
    this.id = key.keyId
    this.registerOutputs({ arn: key.arn })
  }
}

/** Who may use the key is said by IAM policies of this account, as AWS recommends. In a key's policy `*` is the key. */
const administration = ({ id, partition }: Account) =>
  pulumi.all([id, partition]).apply(([account, aws]) => ({
    Sid: 'ByPoliciesOfThisAccount',
    Effect: 'Allow' as const,
    Principal: { AWS: `arn:${aws}:iam::${account}:root` },
    Action: 'kms:*',
    Resource: '*',
  }))

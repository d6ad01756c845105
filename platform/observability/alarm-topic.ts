import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Account } from '../account.ts'
import { EncryptionKey } from '../data/encryption-key.ts'
import { NAME_LIMITS, physicalName } from '../names.ts'
import { onlyTls, type Statement } from '../statements.ts'

export interface AlarmTopicArgs {
  /** `shop-dev` */
  prefix: string
  account: Account
  /** Who is told; AWS asks this address for its consent first. @default nobody */
  email?: string
}

/** Who publishes alarms. Each may only do so for this account. */
const PUBLISHERS = ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com', 'events.rds.amazonaws.com']

/** SNS topic for alarms, budget alerts and what befalls databases, encrypted with a key of its own that lets them publish. About 1 USD a month, the key. */
export class AlarmTopic extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>
  readonly keyArn: pulumi.Output<string>

  constructor(name: string, args: AlarmTopicArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:AlarmTopic', name, {}, opts)
    const parent = { parent: this }
    const { prefix, account } = args
    const key = new EncryptionKey(
      name,
      { prefix, account, description: 'Alarm topic', statements: [publishersUseKey] },
      parent,
    )
    const topic = new aws.sns.Topic(
      name,
      {
        name: physicalName([prefix, 'alarms'], NAME_LIMITS.topic),
        displayName: `${prefix} alarms`,
        kmsMasterKeyId: key.arn,
      },
      parent,
    )
    const policy = new aws.sns.TopicPolicy(
      `${name}-policy`,
      { arn: topic.arn, policy: topicPolicy(topic.arn, account.id) },
      parent,
    )
    if (args.email !== undefined)
      new aws.sns.TopicSubscription(
        `${name}-email`,
        { topic: topic.arn, protocol: 'email', endpoint: args.email },
        parent,
      )
    // Budgets test that they may publish: whoever uses the ARN waits for the policy.
    this.arn = pulumi.all([topic.arn, policy.id]).apply(([arn]) => arn)
    this.keyArn = key.arn
    this.registerOutputs({ arn: this.arn, keyArn: this.keyArn })
  }
}

const ofThisAccount = (accountId: pulumi.Output<string>) => ({
  StringEquals: { 'aws:SourceAccount': accountId },
})

/** In a key's policy `*` is the key itself. The topic says for which account: not every publisher names it to KMS. */
const publishersUseKey: Statement = {
  Sid: 'Publishers',
  Effect: 'Allow',
  Principal: { Service: PUBLISHERS },
  Action: ['kms:GenerateDataKey*', 'kms:Decrypt'],
  Resource: '*',
}

const topicPolicy = (arn: pulumi.Output<string>, accountId: pulumi.Output<string>) =>
  pulumi.jsonStringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Publishers',
        Effect: 'Allow',
        Principal: { Service: PUBLISHERS },
        Action: 'sns:Publish',
        Resource: arn,
        Condition: ofThisAccount(accountId),
      },
      onlyTls('sns:Publish', arn),
    ],
  })

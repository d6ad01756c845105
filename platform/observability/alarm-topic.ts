import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { NAME_LIMITS, physicalName } from '../names.ts'

export interface AlarmTopicArgs {
  /** `shop-dev` */
  prefix: string
  /** Who is told; AWS asks this address for its consent first. @default nobody */
  email?: string
}

/** Who publishes alarms. Each may only do so for this account. */
const PUBLISHERS = ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com']
const KEY_DELETION_DAYS = 30

/** SNS topic for alarms and budget alerts, encrypted with a key of its own that lets them publish. About 1 USD a month, the key. */
export class AlarmTopic extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>
  readonly keyArn: pulumi.Output<string>

  constructor(name: string, args: AlarmTopicArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:AlarmTopic', name, {}, opts)
    const parent = { parent: this }
    const { accountId } = aws.getCallerIdentityOutput({}, parent)
    const key = this.#createKey(name, args, accountId)
    const topic = new aws.sns.Topic(
      name,
      {
        name: physicalName([args.prefix, 'alarms'], NAME_LIMITS.topic),
        displayName: `${args.prefix} alarms`,
        kmsMasterKeyId: key.arn,
      },
      parent,
    )
    const policy = new aws.sns.TopicPolicy(
      `${name}-policy`,
      { arn: topic.arn, policy: topicPolicy(topic.arn, accountId) },
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

  #createKey(name: string, { prefix }: AlarmTopicArgs, accountId: pulumi.Output<string>) {
    const { partition } = aws.getPartitionOutput({}, { parent: this })
    const key = new aws.kms.Key(
      `${name}-key`,
      {
        description: `${prefix}: alarm topic`,
        enableKeyRotation: true,
        deletionWindowInDays: KEY_DELETION_DAYS,
        policy: keyPolicy(partition, accountId),
      },
      { parent: this },
    )
    new aws.kms.Alias(
      `${name}-key-alias`,
      { name: `alias/${prefix}-${name}`, targetKeyId: key.keyId },
      { parent: this },
    )
    return key
  }
}

const ofThisAccount = (accountId: pulumi.Output<string>) => ({
  StringEquals: { 'aws:SourceAccount': accountId },
})

/** In a key's policy `*` is the key itself. The topic says for which account: not every publisher names it to KMS. */
const keyPolicy = (partition: pulumi.Output<string>, accountId: pulumi.Output<string>) =>
  pulumi.jsonStringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'ByPoliciesOfThisAccount',
        Effect: 'Allow',
        Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
      {
        Sid: 'Publishers',
        Effect: 'Allow',
        Principal: { Service: PUBLISHERS },
        Action: ['kms:GenerateDataKey*', 'kms:Decrypt'],
        Resource: '*',
      },
    ],
  })

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
      {
        Sid: 'OnlyTls',
        Effect: 'Deny',
        Principal: '*',
        Action: 'sns:Publish',
        Resource: arn,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  })

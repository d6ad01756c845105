import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { AnyManifest } from '../../apps/shared/manifest.ts'
import type { Account } from '../account.ts'
import { EncryptionKey } from '../data/encryption-key.ts'
import { queuePolicy, topicPolicy, topicUsesKey } from './event-policies.ts'
import { NAME_LIMITS, physicalName } from '../names.ts'

export interface EventsArgs {
  prefix: string
  account: Account
  services: readonly AnyManifest[]
}

/** What a service reads its events from. */
export interface EventQueue {
  url: pulumi.Output<string>
  arn: pulumi.Output<string>
  name: pulumi.Output<string>
  deadLetterUrl: pulumi.Output<string>
  deadLetterName: pulumi.Output<string>
  deadLetterArn: pulumi.Output<string>
  /** What is published before it is there does not arrive. */
  subscription: pulumi.Resource
}

/** Seconds that a consumer has for a batch before another one may get it. */
export const VISIBILITY_SECONDS = 60
/** Consumers give up then themselves, with a reason; SQS does it for those that were killed. */
export const DELIVERIES_BEFORE_DEAD = 5
const DAYS = 24 * 3600

/**
 * One SNS topic for all events and an SQS queue for each service that consumes some, filtered by their types, with a
 * queue for dead letters. Encrypted with a key of its own, TLS only. Nothing is made where no service has events.
 * About 1 USD a month, for the key; a million events cost about 1 USD.
 */
export class Events extends pulumi.ComponentResource {
  /** Undefined where no service has events. */
  readonly topicArn: pulumi.Output<string> | undefined
  readonly keyArn: pulumi.Output<string> | undefined
  /** By the consumer's name. */
  readonly queues: ReadonlyMap<string, EventQueue>

  constructor(name: string, args: EventsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:Events', name, {}, opts)
    const { prefix, account, services } = args
    const consumers = services.filter(({ consumes }) => consumes.length > 0)
    const isUsed = consumers.length > 0 || services.some(({ publishes }) => publishes.length > 0)
    if (!isUsed) {
      this.topicArn = undefined
      this.keyArn = undefined
      this.queues = new Map()
      this.registerOutputs({})
      return
    }
    const topicName = physicalName([prefix, name], NAME_LIMITS.topic)
    const key = new EncryptionKey(
      name,
      {
        prefix,
        account,
        description: 'Events: topic and queues',
        statements: topicUsesKey(account, topicName),
      },
      { parent: this },
    )
    const topic = new aws.sns.Topic(
      `${name}-topic`,
      { name: topicName, kmsMasterKeyId: key.arn },
      { parent: this },
    )
    new aws.sns.TopicPolicy(
      `${name}-topic-policy`,
      { arn: topic.arn, policy: pulumi.jsonStringify(topicPolicy(account, topic.arn)) },
      { parent: this },
    )
    this.topicArn = topic.arn
    this.keyArn = key.arn
    this.queues = new Map(
      consumers.map(manifest => [
        manifest.name,
        this.createQueue(`${name}-${manifest.name}`, prefix, manifest, topic.arn, key.arn),
      ]),
    )
    this.registerOutputs({ topicArn: topic.arn })
  }

  private createQueue(
    name: string,
    prefix: string,
    manifest: AnyManifest,
    topicArn: pulumi.Output<string>,
    keyArn: pulumi.Output<string>,
  ): EventQueue {
    const shared = { kmsMasterKeyId: keyArn, kmsDataKeyReusePeriodSeconds: 3600 }
    const tags = { Service: manifest.name }
    const dead = new aws.sqs.Queue(
      `${name}-dead`,
      {
        ...shared,
        name: physicalName([prefix, manifest.name, 'dead'], NAME_LIMITS.queue),
        messageRetentionSeconds: 14 * DAYS,
        tags,
      },
      { parent: this },
    )
    const queue = new aws.sqs.Queue(
      `${name}-queue`,
      {
        ...shared,
        name: physicalName([prefix, manifest.name], NAME_LIMITS.queue),
        messageRetentionSeconds: 4 * DAYS,
        visibilityTimeoutSeconds: VISIBILITY_SECONDS,
        receiveWaitTimeSeconds: 20,
        redrivePolicy: pulumi.jsonStringify({
          deadLetterTargetArn: dead.arn,
          maxReceiveCount: DELIVERIES_BEFORE_DEAD,
        }),
        tags,
      },
      { parent: this },
    )
    new aws.sqs.RedriveAllowPolicy(
      `${name}-redrive`,
      {
        queueUrl: dead.url,
        redriveAllowPolicy: pulumi.jsonStringify({
          redrivePermission: 'byQueue',
          sourceQueueArns: [queue.arn],
        }),
      },
      { parent: this },
    )
    const policies = (
      [
        ['queue', queue],
        ['dead', dead],
      ] as const
    ).map(
      ([suffix, target]) =>
        new aws.sqs.QueuePolicy(
          `${name}-${suffix}-policy`,
          {
            queueUrl: target.url,
            policy: pulumi.jsonStringify(queuePolicy(target.arn, topicArn)),
          },
          { parent: this },
        ),
    )
    const subscription = new aws.sns.TopicSubscription(
      `${name}-subscription`,
      {
        topic: topicArn,
        protocol: 'sqs',
        endpoint: queue.arn,
        rawMessageDelivery: true,
        filterPolicyScope: 'MessageAttributes',
        filterPolicy: JSON.stringify({ type: manifest.consumes.toSorted() }),
        redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: dead.arn }),
      },
      { parent: this, dependsOn: policies },
    )
    const { url, arn, name: queueName } = queue
    return {
      url,
      arn,
      name: queueName,
      deadLetterUrl: dead.url,
      deadLetterName: dead.name,
      deadLetterArn: dead.arn,
      subscription,
    }
  }
}

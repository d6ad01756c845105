import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { randomUUID } from 'node:crypto'
import { vi } from 'vitest'
import { testProxy } from '../testing/test-proxy.ts'
import type { Serving } from './bus.ts'
import type { BusFixture } from './testing-bus-contract.ts'

const ACCOUNT = { credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }

/** Topic, queues and subscriptions as `platform/events/events.ts` makes them, in the emulator. */
export async function awsFixture(emulator: string): Promise<BusFixture> {
  const { hostname, port } = new URL(emulator)
  const proxy = await testProxy({ host: hostname, port: Number(port) })
  const sns = new SNSClient(ACCOUNT)
  const sqs = new SQSClient(ACCOUNT)
  // What is opened from now on goes through the proxy.
  vi.stubEnv('AWS_ENDPOINT_URL', throughProxy(emulator))
  const urls = new Map<string, string>()
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: `t-${randomUUID()}` }))

  function throughProxy(url: string): string {
    const proxied = new URL(url)
    proxied.port = String(proxy.port)
    return proxied.href.replace(/\/$/, '')
  }
  const createQueue = async (name: string, Attributes: Record<string, string>) => {
    const { QueueUrl = '' } = await sqs.send(
      new CreateQueueCommand({ QueueName: `${name}-${randomUUID()}`, Attributes }),
    )
    const found = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    )
    return { url: QueueUrl, arn: found.Attributes?.['QueueArn'] ?? '' }
  }
  const subscribed = async ({ consumer, consumes, deliveries = 5 }: Serving) => {
    const dead = await createQueue(`${consumer}-dead`, {})
    const live = await createQueue(consumer, {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: deliveries }),
    })
    urls.set(consumer, live.url)
    await sns.send(
      new SubscribeCommand({
        TopicArn,
        Protocol: 'sqs',
        Endpoint: live.arn,
        Attributes: {
          RawMessageDelivery: 'true',
          FilterPolicyScope: 'MessageAttributes',
          FilterPolicy: JSON.stringify({ type: consumes }),
        },
      }),
    )
    return { queueUrl: throughProxy(live.url), deadLetterUrl: throughProxy(dead.url) }
  }
  return {
    optionsOf: async serving => ({
      ...serving,
      topicArn: TopicArn,
      databaseUrl: '',
      ...(serving.consumes.length > 0
        ? await subscribed(serving)
        : { queueUrl: undefined, deadLetterUrl: undefined }),
    }),
    inject: async (consumer, text) => {
      await sqs.send(new SendMessageCommand({ QueueUrl: urls.get(consumer), MessageBody: text }))
    },
    proxy,
    close: async () => {
      sns.destroy()
      sqs.destroy()
      await proxy[Symbol.asyncDispose]()
    },
  }
}

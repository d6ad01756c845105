import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { type AwsBusOptions, type Queues, snsClient, sqsClient, within } from './aws-clients.ts'
import { consume } from './aws-consumer.ts'
import { deadLettersOf, redriveMessages } from './aws-dead-letters.ts'
import { publishToTopic } from './aws-publish.ts'
import { type Bus, servingWithDefaults } from './bus.ts'

/**
 * Events through one SNS topic, whose subscriptions put them, unwrapped and filtered by type, into a queue for each
 * consumer. What keeps failing goes to its queue of dead letters with the reason; what its consumer died of is moved there
 * by SQS itself, without one. Topic, queues and subscriptions are there already: the program makes them.
 */
export function openAwsBus(options: AwsBusOptions): Bus {
  const { topicArn, log } = options
  const serving = servingWithDefaults(options)
  const sns = topicArn === undefined ? undefined : { client: snsClient(topicArn), topicArn }
  const queues = queuesOf(options)
  const ownQueues = (): Queues => {
    if (queues) return queues
    throw new Error(`service "${serving.consumer}" consumes no events: it has no queue`)
  }
  return {
    publish: async envelopes => {
      if (sns) return publishToTopic(sns.client, sns.topicArn, envelopes)
      throw new Error(`service "${serving.consumer}" publishes no events: it has no topic`)
    },
    subscribe: handler => consume({ queues: ownQueues(), serving, log, handler }),
    deadLetters: async () => (queues ? deadLettersOf(queues) : []),
    redrive: async ids => (queues ? redriveMessages(queues, ids) : 0),
    lag: async () => ({
      waiting: queues ? await countOf(queues, queues.liveUrl) : 0,
      deadLetters: queues ? await countOf(queues, queues.deadUrl) : 0,
    }),
    close: async () => {
      sns?.client.destroy()
      queues?.sqs.destroy()
    },
  }
}

function queuesOf({ queueUrl, deadLetterUrl }: AwsBusOptions): Queues | undefined {
  if (queueUrl === undefined || deadLetterUrl === undefined) return undefined
  return { sqs: sqsClient(), liveUrl: queueUrl, deadUrl: deadLetterUrl }
}

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const

/** Of those in hand, too: they are not done. */
async function countOf({ sqs }: Queues, url: string): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...COUNTS] }),
    within(),
  )
  return COUNTS.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0)
}

import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs'
import type { Log } from '../process/log.ts'
import { attempt, type Outcome } from './attempt.ts'
import { type Queues, within } from './aws-clients.ts'
import { bury } from './aws-dead-letters.ts'
import type { Handler, Serving } from './bus.ts'
import { keepTrying } from './keep-trying.ts'

/** The longest that SQS offers, for the fewest requests to an empty queue. */
const POLL_SECONDS = 20
const RECEIVED_AT_ONCE = 10

export interface Consumer {
  queues: Queues
  serving: Required<Serving>
  log: Log
  handler: Handler
}

/** Reads the queue, with as many events in hand as the service wants at once, until it is stopped. */
export function consume(consumer: Consumer): () => Promise<void> {
  const { serving, log } = consumer
  const stopping = new AbortController()
  const underWay = new Set<Promise<void>>()
  const take = (message: Message) => {
    const handling = handle(consumer, message).finally(() => underWay.delete(handling))
    underWay.add(handling)
  }
  const reading = (async () => {
    while (!stopping.signal.aborted) {
      const free = serving.concurrency - underWay.size
      if (free > 0)
        await keepTrying(stopping.signal, log, 'reading events', async () => {
          for (const message of await receive(consumer, free, stopping.signal)) take(message)
        })
      else await Promise.race(underWay)
    }
  })()
  return async () => {
    stopping.abort()
    await reading
    await Promise.all(underWay)
  }
}

async function receive(
  { queues, serving }: Consumer,
  free: number,
  stop: AbortSignal,
): Promise<Message[]> {
  const request = new ReceiveMessageCommand({
    QueueUrl: queues.liveUrl,
    MaxNumberOfMessages: Math.min(free, RECEIVED_AT_ONCE),
    WaitTimeSeconds: POLL_SECONDS,
    VisibilityTimeout: serving.visibilitySeconds,
    MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    MessageAttributeNames: ['All'],
  })
  try {
    const { Messages = [] } = await queues.sqs.send(request, within(POLL_SECONDS * 1000, stop))
    return Messages
  } catch (error) {
    // Given up on purpose; a message that was on its way comes again.
    if (stop.aborted) return []
    throw error
  }
}

/** Never throws: what was not noted in the queue is delivered again. */
async function handle(consumer: Consumer, message: Message): Promise<void> {
  const { serving, log, handler } = consumer
  const number = Number(message.Attributes?.ApproximateReceiveCount ?? 1)
  const outcome = await attempt(handler, message.Body, number, serving.handlerSeconds * 1000, log)
  try {
    await settle(consumer, message, number, outcome)
  } catch (error) {
    const { MessageId: message_id } = message
    log.warn({ err: error, message_id }, 'the queue does not know what came of an event')
  }
}

async function settle(
  { queues, serving }: Consumer,
  message: Message,
  number: number,
  outcome: Outcome,
): Promise<void> {
  const which = { QueueUrl: queues.liveUrl, ReceiptHandle: message.ReceiptHandle }
  if (outcome.result === 'again' && number < serving.deliveries) {
    const VisibilityTimeout = backoffSeconds(number, serving)
    await queues.sqs.send(
      new ChangeMessageVisibilityCommand({ ...which, VisibilityTimeout }),
      within(),
    )
    return
  }
  if (outcome.result !== 'done') await bury(queues, message, outcome.reason)
  await queues.sqs.send(new DeleteMessageCommand(which), within())
}

/** Doubled for each try; of many that failed together half of the wait is by chance. Whole seconds, as SQS takes them. */
export function backoffSeconds(
  number: number,
  { retrySeconds, retryMaxSeconds }: Pick<Required<Serving>, 'retrySeconds' | 'retryMaxSeconds'>,
  chance = Math.random(),
): number {
  const full = Math.min(retrySeconds * 2 ** (number - 1), retryMaxSeconds)
  return Math.round(full / 2 + (full / 2) * chance)
}

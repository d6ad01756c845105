import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs'
import type { DeadLetter } from './bus.ts'
import { type Queues, within } from './aws-clients.ts'

const REASON = 'reason'
const RECEIVED_AT_ONCE = 10
const TAKEN_AT_ONCE = 500
/** Longer than taking and moving that many needs; then they are in the queue again. */
const TAKEN_SECONDS = 60

/** Puts a message that can't be delivered where it waits for a redrive, with the reason. */
export async function bury(queues: Queues, message: Message, reason: string): Promise<void> {
  await queues.sqs.send(
    new SendMessageCommand({
      QueueUrl: queues.deadUrl,
      MessageBody: message.Body,
      MessageAttributes: {
        ...attributesOf(message),
        [REASON]: { DataType: 'String', StringValue: textOf(reason) },
      },
    }),
    within(),
  )
}

/** SQS refuses other characters, and empty text. */
const textOf = (reason: string): string =>
  reason.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/g, '?') || 'none'

export async function deadLettersOf(queues: Queues): Promise<DeadLetter[]> {
  const messages = await take(queues)
  await Promise.all(messages.map(message => giveBack(queues, message)))
  return messages
    .toSorted((one, other) => sentAt(one) - sentAt(other))
    .map(message => ({
      id: message.MessageId ?? '',
      raw: message.Body,
      reason: message.MessageAttributes?.[REASON]?.StringValue,
      at: new Date(sentAt(message)).toISOString(),
    }))
}

/** Takes all there are before it moves the first: what fails at once would otherwise be moved for ever. */
export async function redriveMessages(
  queues: Queues,
  ids: 'all' | readonly string[],
): Promise<number> {
  const messages = await take(queues)
  const isWanted = ({ MessageId = '' }: Message) => ids === 'all' || ids.includes(MessageId)
  const wanted = messages.filter(isWanted)
  await Promise.all([
    ...wanted.map(message => move(queues, message)),
    ...messages.filter(message => !isWanted(message)).map(message => giveBack(queues, message)),
  ])
  const mayBeMore = messages.length >= TAKEN_AT_ONCE && wanted.length > 0
  return mayBeMore ? wanted.length + (await redriveMessages(queues, ids)) : wanted.length
}

/** Up to some hundreds; nobody else sees them meanwhile. */
async function take({ sqs, deadUrl }: Queues): Promise<Message[]> {
  const taken: Message[] = []
  while (taken.length < TAKEN_AT_ONCE) {
    const request = new ReceiveMessageCommand({
      QueueUrl: deadUrl,
      MaxNumberOfMessages: RECEIVED_AT_ONCE,
      // Without waiting SQS looks into some of its servers only.
      WaitTimeSeconds: 1,
      VisibilityTimeout: TAKEN_SECONDS,
      MessageSystemAttributeNames: ['SentTimestamp'],
      MessageAttributeNames: ['All'],
    })
    const { Messages = [] } = await sqs.send(request, within(1_000))
    if (Messages.length === 0) return taken
    taken.push(...Messages)
  }
  return taken
}

async function move({ sqs, liveUrl, deadUrl }: Queues, message: Message): Promise<void> {
  const { [REASON]: _, ...MessageAttributes } = attributesOf(message)
  await sqs.send(
    new SendMessageCommand({ QueueUrl: liveUrl, MessageBody: message.Body, MessageAttributes }),
    within(),
  )
  const which = { QueueUrl: deadUrl, ReceiptHandle: message.ReceiptHandle }
  await sqs.send(new DeleteMessageCommand(which), within())
}

async function giveBack({ sqs, deadUrl }: Queues, { ReceiptHandle }: Message): Promise<void> {
  const which = { QueueUrl: deadUrl, ReceiptHandle, VisibilityTimeout: 0 }
  await sqs.send(new ChangeMessageVisibilityCommand(which), within())
}

const sentAt = ({ Attributes }: Message): number => Number(Attributes?.SentTimestamp ?? 0)

/** As they may be sent again. */
const attributesOf = ({ MessageAttributes = {} }: Message): Record<string, MessageAttributeValue> =>
  Object.fromEntries(
    Object.entries(MessageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { DataType, StringValue, BinaryValue },
    ]),
  )

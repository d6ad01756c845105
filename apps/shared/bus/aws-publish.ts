import {
  PublishBatchCommand,
  type PublishBatchRequestEntry,
  type SNSClient,
} from '@aws-sdk/client-sns'
import type { Envelope } from '../events/events.ts'
import type { Refusal } from './bus.ts'
import { within } from './aws-clients.ts'

/** Of SNS, for one request and for one message alike. */
const BATCH_EVENTS = 10
const BATCH_BYTES = 262_144
const BATCHES_AT_ONCE = 5

interface Entry {
  envelope: Envelope
  text: string
  bytes: number
}

/**
 * Publishes to the topic; subscriptions filter by the attribute `type`. What SNS will never take is refused.
 * @throws when an event could not be handed over this time; others of the same call may have been
 */
export async function publishToTopic(
  sns: SNSClient,
  topicArn: string,
  envelopes: readonly Envelope[],
): Promise<readonly Refusal[]> {
  const entries = envelopes.map(entryOf)
  const refusals = entries.filter(isTooLarge).map(tooLarge)
  const batches = batchesOf(entries.filter(entry => !isTooLarge(entry)))
  for (let at = 0; at < batches.length; at += BATCHES_AT_ONCE) {
    const sent = await Promise.allSettled(
      batches.slice(at, at + BATCHES_AT_ONCE).map(batch => sendBatch(sns, topicArn, batch)),
    )
    for (const result of sent)
      if (result.status === 'fulfilled') refusals.push(...result.value)
      else throw result.reason
  }
  return refusals
}

function entryOf(envelope: Envelope): Entry {
  const text = messageOf(envelope)
  // Names, types and values of attributes count.
  const bytes = Buffer.byteLength(text) + Buffer.byteLength(`typeString${envelope.type}`)
  return { envelope, text, bytes }
}

/** SQS takes every character but these two, which JSON may also write in ASCII. */
const messageOf = (envelope: Envelope): string =>
  JSON.stringify(envelope).replaceAll(/[\uFFFE\uFFFF]/g, character =>
    character === '\uFFFE' ? String.raw`\ufffe` : String.raw`\uffff`,
  )

const isTooLarge = ({ bytes }: Entry): boolean => bytes > BATCH_BYTES

const tooLarge = ({ envelope: { id }, bytes }: Entry): Refusal => ({
  id,
  reason: `it has ${bytes} bytes; SNS takes up to ${BATCH_BYTES}`,
})

function batchesOf(entries: readonly Entry[]): Entry[][] {
  const batches: Entry[][] = []
  let bytes = Infinity
  for (const entry of entries) {
    const last = batches.at(-1)
    bytes += entry.bytes
    if (last && last.length < BATCH_EVENTS && bytes <= BATCH_BYTES) last.push(entry)
    else {
      batches.push([entry])
      bytes = entry.bytes
    }
  }
  return batches
}

async function sendBatch(
  sns: SNSClient,
  topicArn: string,
  batch: readonly Entry[],
): Promise<Refusal[]> {
  const request = new PublishBatchCommand({
    TopicArn: topicArn,
    PublishBatchRequestEntries: batch.map(
      ({ envelope, text }, index): PublishBatchRequestEntry => ({
        Id: String(index),
        Message: text,
        MessageAttributes: { type: { DataType: 'String', StringValue: envelope.type } },
      }),
    ),
  })
  const { Failed = [] } = await sns.send(request, within())
  const failed = Failed.map(({ Id, Code = '', Message = '', SenderFault = false }) => ({
    id: batch[Number(Id)]?.envelope.id ?? '',
    reason: `${Code}: ${Message}`,
    SenderFault,
  }))
  const lost = failed.find(({ SenderFault }) => !SenderFault)
  if (lost) throw new Error(`SNS did not take event ${lost.id}: ${lost.reason}`)
  return failed.map(({ id, reason }) => ({ id, reason }))
}

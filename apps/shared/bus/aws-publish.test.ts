import type { PublishBatchCommand, PublishBatchCommandOutput, SNSClient } from '@aws-sdk/client-sns'
import { expect, test } from 'vitest'
import type { Envelope } from '../events/events.ts'
import { backoffSeconds } from './aws-consumer.ts'
import { publishToTopic } from './aws-publish.ts'
import { idOf } from './testing-database.ts'

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:shop'
const KIB = 1024
const event = (number: number, bytes = 0): Envelope => ({
  id: idOf(number),
  type: 'stock.changed',
  version: 1,
  occurred_at: '2026-01-01T00:00:00.000Z',
  traceparent: null,
  subject: { type: 'stock', id: '1' },
  sequence: 1,
  data: 'ä'.repeat(bytes / 2),
})
const events = (count: number, bytes = 0) =>
  Array.from({ length: count }, (_, index) => event(index, bytes))

type Failed = PublishBatchCommandOutput['Failed']

/** Plays SNS: what it is sent, and what it says of a batch. */
function fakeSns(failed: (ids: string[]) => Failed = () => []) {
  const batches: { ids: string[]; bytes: number; types: (string | undefined)[] }[] = []
  const send = async ({ input }: PublishBatchCommand) => {
    const entries = input.PublishBatchRequestEntries ?? []
    const ids = entries.map(({ Message = '' }) => (JSON.parse(Message) as Envelope).id)
    batches.push({
      ids,
      bytes: entries.reduce((sum, { Message = '' }) => sum + Buffer.byteLength(Message), 0),
      types: entries.map(({ MessageAttributes }) => MessageAttributes?.['type']?.StringValue),
    })
    return { Failed: failed(ids) }
  }
  return { sns: { send } as unknown as SNSClient, batches }
}

test('a batch has at most ten events and 256 KiB, and says the type of each', async () => {
  const { sns, batches } = fakeSns()
  expect(await publishToTopic(sns, TOPIC, [...events(23), ...events(5, 100 * KIB)])).toEqual([])
  expect(batches.map(({ ids }) => ids.length)).toEqual([10, 10, 5, 2, 1])
  expect(Math.max(...batches.map(({ bytes }) => bytes))).toBeLessThan(256 * KIB)
  expect(new Set(batches.flatMap(({ types }) => types))).toEqual(new Set(['stock.changed']))
})

test('an event that is larger than SNS takes is refused, the others are sent', async () => {
  const { sns, batches } = fakeSns()
  const [refusal, ...others] = await publishToTopic(sns, TOPIC, [event(1), event(2, 256 * KIB)])
  expect(others).toEqual([])
  expect(refusal).toMatchObject({ id: idOf(2), reason: expect.stringMatching(/^it has 262\d+ by/) })
  expect(batches.map(({ ids }) => ids)).toEqual([[idOf(1)]])
})

test('what SNS says that the sender did wrong is refused, each with its reason', async () => {
  const { sns } = fakeSns(ids => [
    { Id: String(ids.length - 1), Code: 'InvalidParameter', Message: 'bad', SenderFault: true },
  ])
  expect(await publishToTopic(sns, TOPIC, events(12))).toEqual([
    { id: idOf(9), reason: 'InvalidParameter: bad' },
    { id: idOf(11), reason: 'InvalidParameter: bad' },
  ])
})

test('what SNS could not take this time throws: it is handed over again', async () => {
  const { sns, batches } = fakeSns(ids =>
    ids.includes(idOf(3)) ? [{ Id: '3', Code: 'InternalError', SenderFault: false }] : [],
  )
  await expect(publishToTopic(sns, TOPIC, events(12))).rejects.toThrow(
    `SNS did not take event ${idOf(3)}: InternalError`,
  )
  expect(batches).toHaveLength(2)
})

test('the wait doubles from try to try up to the longest, half of it by chance', () => {
  const serving = { retrySeconds: 5, retryMaxSeconds: 60 }
  const waits = (chance: number) => [1, 2, 3, 4, 5, 9].map(n => backoffSeconds(n, serving, chance))
  expect(waits(1)).toEqual([5, 10, 20, 40, 60, 60])
  expect(waits(0)).toEqual([3, 5, 10, 20, 30, 30])
})

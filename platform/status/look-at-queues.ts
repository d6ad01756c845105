import { type CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { NAME_LIMITS, physicalName } from '../names.ts'
import { looking, type StatusClients } from './clients.ts'
import type { QueueStatus } from './stack-status.ts'

/** SQS tells CloudWatch each minute, some minutes late. */
const MINUTES = 10

/** Each consumer's queue and the one of its dead letters. */
export async function lookAtQueues(
  { queues, metrics }: Pick<StatusClients, 'queues' | 'metrics'>,
  prefix: string,
  consumers: readonly string[],
  at: Date,
): Promise<Map<string, QueueStatus>> {
  const queueName = (...parts: string[]) => physicalName([prefix, ...parts], NAME_LIMITS.queue)
  const [ages, counts] = await Promise.all([
    agesOf(
      metrics,
      consumers.map(consumer => queueName(consumer)),
      at,
    ),
    Promise.all(
      consumers.map(consumer =>
        Promise.all([
          waitingIn(queues, queueName(consumer)),
          waitingIn(queues, queueName(consumer, 'dead')),
        ]),
      ),
    ),
  ])
  return new Map(
    consumers.map((consumer, index) => {
      const [waiting = 0, dead = 0] = counts[index] ?? []
      return [consumer, { waiting, dead, oldestSeconds: ages[index] ?? 0 }]
    }),
  )
}

async function waitingIn(queues: SQSClient, name: string): Promise<number> {
  const { Attributes = {} } = await looking(`queue ${name}`, async () => {
    const { QueueUrl } = await queues.send(new GetQueueUrlCommand({ QueueName: name }))
    return queues.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
    )
  })
  return Number(Attributes['ApproximateNumberOfMessages'] ?? 0)
}

/** The last figure of each queue, in seconds. */
async function agesOf(
  metrics: CloudWatchClient,
  queues: readonly string[],
  at: Date,
): Promise<number[]> {
  if (queues.length === 0) return []
  const { MetricDataResults = [] } = await looking('the ages of waiting events', () =>
    metrics.send(
      new GetMetricDataCommand({
        StartTime: new Date(at.getTime() - MINUTES * 60_000),
        EndTime: at,
        ScanBy: 'TimestampDescending',
        MetricDataQueries: queues.map((queue, index) => ({
          Id: `q${index}`,
          MetricStat: {
            Metric: {
              Namespace: 'AWS/SQS',
              MetricName: 'ApproximateAgeOfOldestMessage',
              Dimensions: [{ Name: 'QueueName', Value: queue }],
            },
            Period: 60,
            Stat: 'Maximum',
          },
        })),
      }),
    ),
  )
  return queues.map(
    (_, index) => MetricDataResults.find(({ Id }) => Id === `q${index}`)?.Values?.[0] ?? 0,
  )
}

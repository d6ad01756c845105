import { SNSClient } from '@aws-sdk/client-sns'
import { SQSClient } from '@aws-sdk/client-sqs'
import type { Log } from '../process/log.ts'
import type { Serving } from './bus.ts'

export interface AwsBusOptions extends Serving {
  /** Undefined where the service publishes nothing. */
  topicArn: string | undefined
  /** Both undefined where it consumes nothing. */
  queueUrl: string | undefined
  deadLetterUrl: string | undefined
  log: Log
}

/** A consumer's queue with that of its dead letters. */
export interface Queues {
  sqs: SQSClient
  liveUrl: string
  deadUrl: string
}

const CONNECT_MS = 3_000
const CALL_MS = 10_000

const requestHandler = { connectionTimeout: CONNECT_MS }

/** The region is in the ARN; of a queue alone the SDK finds it: `AWS_REGION` of a task. */
export const snsClient = (topicArn: string): SNSClient => {
  const [, , , region = ''] = topicArn.split(':')
  return new SNSClient({ region, requestHandler })
}

export const sqsClient = (): SQSClient => new SQSClient({ requestHandler })

/** What a call has, with its retries. @param waitMs that the service may take on purpose */
export const within = (waitMs = 0, stop?: AbortSignal): { abortSignal: AbortSignal } => {
  const timeout = AbortSignal.timeout(waitMs + CALL_MS)
  return { abortSignal: stop ? AbortSignal.any([stop, timeout]) : timeout }
}

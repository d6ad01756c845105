import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { ECSClient } from '@aws-sdk/client-ecs'
import { SQSClient } from '@aws-sdk/client-sqs'
import { type Advice, asking } from '../rollout/aws-errors.ts'

export interface StatusClients {
  ecs: ECSClient
  metrics: CloudWatchClient
  queues: SQSClient
}

const TIMES = { connectionTimeout: 5000, requestTimeout: 20_000, throwOnRequestTimeout: true }

/** Credentials are those of the environment. */
export function openClients(region: string): StatusClients & Disposable {
  const settings = { region, maxAttempts: 5, requestHandler: TIMES }
  const clients = {
    ecs: new ECSClient(settings),
    metrics: new CloudWatchClient(settings),
    queues: new SQSClient(settings),
  }
  return {
    ...clients,
    [Symbol.dispose]() {
      for (const client of Object.values(clients)) client.destroy()
    },
  }
}

const ADVICE: Advice = {
  'expired credentials': 'the AWS credentials have expired: log in again',
  'unknown credentials':
    'there are no AWS credentials, or AWS does not know them: log in, set AWS_PROFILE, or the keys in the environment',
  'no permission': 'the credentials lack this permission',
  throttled: 'AWS refuses more calls for now, after several tries; try again in a minute',
  'no answer': 'AWS does not answer: check the network and the region',
  gone: 'the stack has not been deployed there, or the credentials are of another account',
}

/** @throws Error that says what was asked and what to do */
export const looking = <T>(at: string, ask: () => Promise<T>): Promise<T> =>
  asking(`can't look at ${at}`, ask, ADVICE)

import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { ECSClient } from '@aws-sdk/client-ecs'

/** What a rollout asks of AWS. */
export interface AwsClients {
  ecs: ECSClient
  logs: CloudWatchLogsClient
  alarms: CloudWatchClient
}

/** Tries of each call; the SDK waits longer before each, so that a throttled call has about half a minute. */
const TRIES = 8
const TIMES = { connectionTimeout: 5000, requestTimeout: 20_000, throwOnRequestTimeout: true }

/** Credentials are those of the environment, as the AWS provider of `pulumi up` finds them. */
export function openAws(region: string): AwsClients & Disposable {
  const settings = { region, maxAttempts: TRIES, requestHandler: TIMES }
  const ecs = new ECSClient(settings)
  const logs = new CloudWatchLogsClient(settings)
  const alarms = new CloudWatchClient(settings)
  return {
    ecs,
    logs,
    alarms,
    [Symbol.dispose]() {
      for (const client of [ecs, logs, alarms]) client.destroy()
    },
  }
}

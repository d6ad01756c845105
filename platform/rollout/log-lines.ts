import { type CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import type { Clock } from './patience.ts'

/** A container's log stream, as the driver `awslogs` names it: `PREFIX/CONTAINER/TASK`. */
export interface LogPlace {
  group: string
  /** `service` or `migrate` */
  prefix: string
  container: string
}

const LINES = 20
const LONGEST = 1000
/** What a container wrote last may take some seconds to be readable. */
const LOOKS = 3

export const streamOf = ({ prefix, container }: LogPlace, taskArn: string): string =>
  `${prefix}/${container}/${idOf(taskArn)}`

/** The last part of an ARN. */
export const idOf = (arn: string): string => arn.split('/').at(-1) ?? arn

/**
 * The last 20 lines that a task's container wrote; where there are none, a line that says so. Never throws: it adds to an
 * error that must not get lost.
 */
export async function lastLines(
  logs: CloudWatchLogsClient,
  place: LogPlace,
  taskArn: string,
  clock: Clock & { pollSeconds: number },
): Promise<string[]> {
  const stream = streamOf(place, taskArn)
  for (let look = 1; look <= LOOKS; look += 1) {
    if (look > 1) await clock.pause(clock.pollSeconds)
    try {
      const { events = [] } = await logs.send(
        new GetLogEventsCommand({
          logGroupName: place.group,
          logStreamName: stream,
          limit: LINES,
          startFromHead: false,
        }),
      )
      if (events.length > 0) return events.map(({ message = '' }) => cut(message.trimEnd()))
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error))
      if (name !== 'ResourceNotFoundException')
        return [`(can not read ${place.group}, ${stream}: ${name}: ${message})`]
    }
  }
  return [`(none in ${place.group}, ${stream}: the container never got to write one)`]
}

const cut = (line: string): string => (line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line)

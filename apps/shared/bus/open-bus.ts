import type { EventsConfig } from '../config.ts'
import type { Log } from '../process/log.ts'
import type { Bus, Serving } from './bus.ts'

export interface BusOptions extends Serving, EventsConfig {
  /** The service's own role. */
  databaseUrl: string
  log: Log
}

/** The bus that the environment names. Each is loaded where it is used: a laptop starts without the AWS SDK. */
export async function openBus({ databaseUrl, ...options }: BusOptions): Promise<Bus> {
  if (options.topicArn !== undefined || options.queueUrl !== undefined) {
    const { openAwsBus } = await import('./aws-bus.ts')
    return openAwsBus(options)
  }
  const { openPostgresBus } = await import('./postgres-bus.ts')
  return openPostgresBus({ ...options, url: databaseUrl })
}

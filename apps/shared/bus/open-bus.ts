import type { Log } from '../log.ts'
import type { Bus, Serving } from './bus.ts'

export interface BusOptions extends Serving {
  /** Both undefined: the bus is in PostgreSQL. */
  topicArn: string | undefined
  queueUrl: string | undefined
  /** The service's own role. */
  databaseUrl: string
  log: Log
}

/** The bus that the environment names. Each is loaded where it is used: a laptop starts without the AWS SDK. */
export async function openBus({ databaseUrl, ...options }: BusOptions): Promise<Bus> {
  const { openPostgresBus } = await import('./postgres-bus.ts')
  return openPostgresBus({ ...options, url: databaseUrl })
}

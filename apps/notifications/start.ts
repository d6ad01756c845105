import { metrics } from '@opentelemetry/api'
import { authentication } from '../shared/auth/auth.ts'
import { startEvents } from '../shared/bus/start-events.ts'
import { type Database, openDatabase } from '../shared/database/database.ts'
import { listen } from '../shared/database/listen.ts'
import type { Log } from '../shared/process/log.ts'
import type { Kit } from '../shared/process/run.ts'
import { remoteKeys, tokenVerifier } from '../shared/auth/tokens.ts'
import { createApp } from './app.ts'
import { startBounceReading } from './bounces.ts'
import type { DeliveryLog } from './delivery-log/delivery-log.ts'
import { postgresDeliveryLog, pruneDeliveryLog } from './delivery-log/postgres-delivery-log.ts'
import { DeviceEntity } from './device.ts'
import { pruneDeliveries } from './due-deliveries.ts'
import { createInboxes } from './inboxes.ts'
import manifest from './manifest.ts'
import { pruneMessages } from './messages.ts'
import { MIGRATIONS } from './migrations-folder.ts'
import { INBOX_CHANNEL } from './notify.ts'
import { canSendBy, type Channels, openChannels } from './open-channels.ts'
import { reactions } from './reactions.ts'
import { startSender } from './sender.ts'

export type NotificationsKit = Kit<typeof manifest>

export const openNotificationsDatabase = async ({
  config,
  onClose,
}: NotificationsKit): Promise<Database> => {
  const database = await openDatabase({
    ...config.database,
    service: config.service,
    entities: [DeviceEntity],
    migrations: MIGRATIONS,
  })
  onClose('database', database.close)
  return database
}

/** Wires the service together. */
export async function start(kit: NotificationsKit) {
  const { config, log, onClose, readyWhen } = kit
  const { settings, runtime } = config
  const database = await openNotificationsDatabase(kit)
  readyWhen('database', database.check)
  const channels = await openChannels(config)
  onClose('channels', channels.close)
  const deliveryLog = await openDeliveryLog(kit, database)
  onClose('delivery log', deliveryLog.close)
  const { attempts } = settings
  const deps = { site: settings, canSend: canSendBy(channels), log }
  const sender = startSender({ ...deps, database, channels, deliveryLog, attempts })
  onClose('sender', sender.stop)
  if (channels.bounced) onClose('bounces', startBounceReading(database, channels.bounced, log))
  const forgetEndpoints = forgetting(channels, log)
  await startEvents({
    ...{ manifest, kit, database },
    reactions: reactions({ ...deps, forgetEndpoints, ring: sender.ring }),
    prune: [
      pruneDeliveryLog,
      it => pruneDeliveries(it, settings.logDays),
      it => pruneMessages(it, settings.messageDays),
    ],
  })
  return createApp({
    ...deps,
    ...{ database, forgetEndpoints },
    ...openInboxes(kit),
    auth: authentication(tokenVerifier(remoteKeys(config.tokens.jwksUrl), runtime.publicUrl)),
    corsOrigins: runtime.corsOrigins,
  })
}

/** DynamoDB where the stack has a table, and its client only then. */
async function openDeliveryLog(
  { config }: NotificationsKit,
  database: Database,
): Promise<DeliveryLog> {
  const { logDays } = config.settings
  if (config.table.name === undefined) return postgresDeliveryLog(database, logDays)
  const { dynamoDeliveryLog } = await import('./delivery-log/dynamo-delivery-log.ts')
  return dynamoDeliveryLog(config.table.name, logDays)
}

/** What streams need: who has news, wherever it was stored, and when to end. */
function openInboxes({ config, log, onClose, onDrain }: NotificationsKit) {
  const inboxes = createInboxes()
  const draining = new AbortController()
  onDrain(() => draining.abort())
  onClose(
    'inbox listener',
    listen({
      ...{ database: config.database, log, channel: INBOX_CHANNEL },
      name: `${config.service}-inbox`,
      onNotify: inboxes.ring,
    }),
  )
  metrics
    .getMeter(config.service)
    .createObservableGauge('notifications.streams', { description: 'Streams that are open' })
    .addCallback(result => result.observe(inboxes.count()))
  return { inboxes, draining: draining.signal }
}

/** What the push service still knows of a device that is gone does no harm: it is told, once. */
const forgetting = (channels: Channels, log: Log) => async (endpoints: readonly string[]) => {
  const forgotten = await Promise.allSettled(
    endpoints.map(async endpoint => channels.push?.forget(endpoint)),
  )
  for (const result of forgotten)
    if (result.status === 'rejected')
      log.warn({ err: result.reason }, 'an endpoint of a removed device could not be deleted')
}

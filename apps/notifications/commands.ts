import { z } from 'zod'
import { argument, type Command } from '../shared/process/run.ts'
import { forgetBounced } from './bounces.ts'
import type manifest from './manifest.ts'
import { openNotificationsDatabase } from './start.ts'

type NotificationsCommand = Command<typeof manifest>

/** `retry-failed`: messages that were given up, and are still of use, are tried anew. */
export const retryFailed: NotificationsCommand = async kit => {
  const database = await openNotificationsDatabase(kit)
  const { length } = await database.transaction(em =>
    em.execute<unknown[]>(
      `update deliveries set state = 'due', attempts = 0, due_at = now(), reason = null, done_at = null
        where state = 'failed' and (expires_at is null or expires_at > now()) returning id`,
    ),
  )
  return `${length} messages are tried again`
}

/** `forget-bounce ADDRESS`: for an address that works again; SES has a list of its own. */
export const forgetBounce: NotificationsCommand = async (kit, args) => {
  const address = argument(args, 'ADDRESS', z.string().min(3))
  const known = await forgetBounced(await openNotificationsDatabase(kit), address)
  return known ? 'messages are sent there again' : 'the address is not among those that bounced'
}

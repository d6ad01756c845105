import type { z } from 'zod'
import type { EntityManager } from '@mikro-orm/postgresql'
import type { Database } from '../shared/database/database.ts'
import { unauthorized } from '../shared/auth/auth.ts'
import { type Channel, CHANNELS, DEFAULTS, OPEN_KINDS, type OpenKind } from './kinds.ts'
import { lockRecipient } from './recipients.ts'
import type { PreferencesUpdate, PreferencesView } from './schemas.ts'

export const findPreferences = (database: Database, userId: string): Promise<PreferencesView> =>
  database.transaction(em => preferencesOf(em, userId))

async function preferencesOf(em: EntityManager, userId: string): Promise<PreferencesView> {
  const rows: { kind: string; channel: string; enabled: boolean }[] = await em.execute(
    'select kind, channel, enabled from preferences where user_id = ?',
    [userId],
  )
  const chosen = new Map(rows.map(row => [`${row.kind} ${row.channel}`, row.enabled]))
  return fromEntries(OPEN_KINDS, kind =>
    fromEntries(CHANNELS, channel => chosen.get(`${kind} ${channel}`) ?? DEFAULTS[channel]),
  )
}

const fromEntries = <K extends string, T>(keys: readonly K[], value: (key: K) => T) =>
  Object.fromEntries(keys.map(key => [key, value(key)])) as Record<K, T>

/** What the change leaves out stays. @throws {AppError} 401 when the account was deleted */
export const changePreferences = (
  database: Database,
  userId: string,
  change: z.output<typeof PreferencesUpdate>,
): Promise<PreferencesView> =>
  database.transaction(async em => {
    if (!(await lockRecipient(em, userId))) throw unauthorized()
    for (const [kind, channels] of Object.entries(change) as [OpenKind, Record<string, boolean>][])
      for (const [channel, enabled] of Object.entries(channels) as [Channel, boolean][])
        await em.execute(
          `insert into preferences (user_id, kind, channel, enabled) values (?, ?, ?, ?)
            on conflict (user_id, kind, channel) do update set enabled = excluded.enabled`,
          [userId, kind, channel, enabled],
        )
    return preferencesOf(em, userId)
  })

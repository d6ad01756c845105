import type { Database } from '../shared/database/database.ts'

/** Few enough for one statement to end well within the time that a statement may take. */
const AT_ONCE = 2_000

// Tokens first: most expire while their family goes on. What another instance is deleting is left to it.
const STATEMENTS = [
  `delete from refresh_tokens where token_hash in (
     select token_hash from refresh_tokens where expires_at < now() limit ${AT_ONCE} for update skip locked)`,
  `delete from refresh_families where id in (
     select id from refresh_families where expires_at < now() limit ${AT_ONCE} for update skip locked)`,
  `delete from mail_tokens where token_hash in (
     select token_hash from mail_tokens where expires_at < now() limit ${AT_ONCE} for update skip locked)`,
]

/** Deletes the refresh tokens, sessions and tokens of mails that have expired. A token that is used again then is refused all the same. */
export async function pruneSessions(database: Database): Promise<void> {
  for (const statement of STATEMENTS) {
    let deleted: number
    do {
      const { affectedRows } = await database.transaction(em =>
        em.execute<{ affectedRows: number }>(statement, [], 'run'),
      )
      deleted = affectedRows
    } while (deleted === AT_ONCE)
  }
}

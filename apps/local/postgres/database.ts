import pg from 'pg'
import type { Postgres } from './postgres.ts'
import { errorCode, StartError } from '../start-error.ts'

const CONNECT_MS = 10_000

/** Makes the database when it is not there. @throws {StartError} when the superuser's password does not fit */
export async function ensureDatabase(postgres: Postgres, database: string): Promise<void> {
  const client = new pg.Client({
    connectionString: postgres.adminUrl('postgres'),
    connectionTimeoutMillis: CONNECT_MS,
  })
  try {
    await client.connect()
    const { rowCount } = await client.query('select from pg_database where datname = $1', [
      database,
    ])
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`)
  } catch (error) {
    if (errorCode(error) !== '28P01') throw error
    throw new StartError(
      'folder_unusable',
      'The password in secrets.json is not the one that this database was made with.',
      'Restore secrets.json in the data folder, or begin anew: npm start -- --fresh',
      error,
    )
  } finally {
    await client.end()
  }
}

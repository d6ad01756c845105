import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { removePostgres } from './postgres.ts'
import { commandOf } from '../processes/process-table.ts'
import { postgresFolder, type PostgresFolder, query } from '../testing/test-postgres.ts'

let place: PostgresFolder
let folder: string
let log: PostgresFolder['log']
let start: PostgresFolder['start']

beforeAll(async () => {
  place = await postgresFolder()
  ;({ folder, log, start } = place)
})
afterEach(() => place.rest())
afterAll(() => place.remove())

test('what was written is there after a stop and a start', async () => {
  const first = await start()
  await query(first.adminUrl('postgres'), 'create table kept as select 42 as answer')
  await first.stop()
  expect(first.pid && commandOf(first.pid)).toBeUndefined()
  const second = await start()
  expect(await query(second.adminUrl('postgres'), 'select answer from kept')).toEqual([[42]])
  expect(log.lines).toEqual([])
})

test('it is PostgreSQL 18 in UTF-8 with a builtin locale, in UTC, on 127.0.0.1 alone', async () => {
  const postgres = await start()
  const [row] = await query(
    postgres.adminUrl('postgres'),
    `select current_setting('server_version_num')::int / 10000, current_setting('listen_addresses'),
      current_setting('unix_socket_directories'), current_setting('TimeZone'), datlocprovider, datlocale,
      pg_encoding_to_char(encoding) from pg_database where datname = 'template1'`,
  )
  expect(row).toEqual([18, '127.0.0.1', '', 'UTC', 'b', 'C.UTF-8', 'UTF8'])
})

test('nobody gets in without the password, and its hash is scram', async () => {
  const postgres = await start()
  const url = `postgres://postgres@127.0.0.1:${postgres.port}/postgres`
  await expect(query(url, 'select 1')).rejects.toThrow(/password/)
  await expect(query(postgres.url('postgres', 'postgres', 'wrong'), 'select 1')).rejects.toThrow(
    /password authentication failed/,
  )
  const [row] = await query(
    postgres.adminUrl('postgres'),
    `select (select left(rolpassword, 13) from pg_authid where rolname = 'postgres'),
      (select string_agg(distinct auth_method, ',') from pg_hba_file_rules)`,
  )
  expect(row).toEqual(['SCRAM-SHA-256', 'scram-sha-256'])
})

test('removal stops the server and leaves nothing', async () => {
  const gone = join(folder, 'gone')
  const postgres = await start(gone)
  await postgres.stop()
  await removePostgres(gone, log)
  expect((await readdir(folder)).filter(name => name.startsWith('gone'))).toEqual([])
})

import { execFileSync } from 'node:child_process'
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readlink,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { postgresUser } from './os-user.ts'
import { holdsWithin } from '../processes/poll.ts'
import { postgresError } from './cluster.ts'
import { type Postgres, removePostgres, startPostgres } from './postgres.ts'
import { commandOf } from '../processes/process-table.ts'
import { recordingLog } from '../testing/recording-log.ts'
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts'

const isRoot = postgresUser() !== undefined
const settings = { fsync: 'off' }
const password = 'superuser-password'
const log = recordingLog()

let folder: string
let dataDir: string
let running: Postgres[] = []

beforeAll(async () => {
  folder = await temporaryFolder()
  dataDir = join(folder, 'postgres')
})
afterEach(async () => {
  await Promise.all(running.map(each => each.stop()))
  running = []
  log.lines.length = 0
})
afterAll(() => removeFolder(folder))

async function start(dir = dataDir): Promise<Postgres> {
  const postgres = await startPostgres({ dataDir: dir, password, settings, log })
  running.push(postgres)
  return postgres
}

async function query(url: string, sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows
  } finally {
    await client.end()
  }
}

const answers = (postgres: Postgres) =>
  query(postgres.adminUrl('postgres'), 'select 1').then(
    () => true,
    () => false,
  )

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

test('a killed server comes back by itself on the same port with its data', async () => {
  const postgres = await start()
  const { pid } = postgres
  await query(postgres.adminUrl('postgres'), 'create table survives as select 7 as n')
  process.kill(pid ?? 0, 'SIGKILL')
  expect(
    await holdsWithin(20_000, async () => postgres.pid !== pid && (await answers(postgres))),
  ).toBe(true)
  expect(await query(postgres.adminUrl('postgres'), 'select n from survives')).toEqual([[7]])
  expect(log.lines).toContain('PostgreSQL ended by itself (SIGKILL); starting it again')
  expect(log.lines).toContain('PostgreSQL is back')
})

test('a server that a killed runner left behind is stopped by the next start, which says so', async () => {
  const runner = join(import.meta.dirname, 'postgres.ts')
  const script = `
    import { startPostgres } from ${JSON.stringify(runner)}
    const log = { info() {}, warn() {}, error() {} }
    const postgres = await startPostgres({ ...${JSON.stringify({ dataDir, password, settings })}, log })
    console.log(postgres.pid)
    process.kill(process.pid, 'SIGKILL')`
  const pid = Number(runUntilKilled(script))
  expect(commandOf(pid)).toContain(dataDir)
  const postgres = await start()
  expect(log.lines).toEqual([
    `PostgreSQL of an earlier start is still running (process ${pid}); stopping it`,
  ])
  expect(commandOf(pid)).toBeUndefined()
  expect(await answers(postgres)).toBe(true)
})

function runUntilKilled(script: string): string {
  try {
    return execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    })
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

test('a postmaster.pid that names a stranger harms neither the start nor the stranger', async () => {
  await (await start()).stop()
  await writeFile(join(dataDir, 'postmaster.pid'), `${process.pid}\n${dataDir}\n`)
  expect(await answers(await start())).toBe(true)
  expect(log.lines.join()).toContain('is another one); it recovers')
})

test('a data folder of another major version is refused with the remedy', async () => {
  const other = join(folder, 'other')
  await mkdir(other, { mode: 0o700 })
  await writeFile(join(other, 'PG_VERSION'), '16\n')
  if (isRoot) execFileSync('chown', ['-R', 'nobody', other])
  await expect(start(other)).rejects.toMatchObject({
    code: 'other_major',
    message: expect.stringMatching(/made by PostgreSQL 16.*\n.*--fresh/),
  })
})

test('a folder with files that are no cluster is refused, and they stay', async () => {
  const strange = join(folder, 'strange')
  await mkdir(strange)
  await writeFile(join(strange, 'thesis.txt'), 'words')
  if (isRoot) execFileSync('chown', ['-R', 'nobody', strange])
  await expect(start(strange)).rejects.toMatchObject({ code: 'folder_unusable' })
  expect(await readdir(strange)).toEqual(['thesis.txt'])
})

test('a cluster of another user is refused with the remedy', async () => {
  const foreign = join(folder, 'foreign')
  await mkdir(foreign, { mode: 0o700 })
  if (isRoot) execFileSync('chown', ['1', foreign])
  else await chmod(foreign, 0o000)
  await expect(start(foreign)).rejects.toMatchObject({
    code: 'folder_unusable',
    message: expect.stringContaining('chown -R'),
  })
})

test('a cluster half made by a crash is neither used nor left behind', async () => {
  const half = `${dataDir}.new-1`
  await mkdir(half)
  await writeFile(join(half, 'PG_VERSION'), '18\n')
  const aside = join(folder, 'aside')
  await rename(dataDir, aside)
  expect(await answers(await start())).toBe(true)
  expect((await readdir(folder)).filter(name => name.includes('.new-'))).toEqual([])
  await rm(aside, { recursive: true })
})

test('a full disk is recognised in what PostgreSQL says', () => {
  const said = 'FATAL: could not write to file "pg_wal/xlogtemp.1": No space left on device'
  expect(postgresError('/data', said)).toMatchObject({
    code: 'no_space',
    message: expect.stringMatching(/No space left on the disk of \/data.*\n.*--data DIR/),
  })
  expect(postgresError('/data', 'FATAL: something else')).toMatchObject({ code: 'postgres_failed' })
})

test('removal stops the server and leaves nothing', async () => {
  const gone = join(folder, 'gone')
  const postgres = await start(gone)
  await postgres.stop()
  await removePostgres(gone, log)
  expect((await readdir(folder)).filter(name => name.startsWith('gone'))).toEqual([])
})

describe.runIf(isRoot)('for root', () => {
  test('a data folder that nobody else can reach becomes a link to a place that is', async () => {
    const closed = join(folder, 'closed')
    await mkdir(closed, { mode: 0o700 })
    const dir = join(closed, 'postgres')
    onTestFinished(() => removePostgres(dir, log))
    const postgres = await start(dir)
    expect((await lstat(dir)).isSymbolicLink()).toBe(true)
    const place = await readlink(dir)
    expect((await stat(place)).mode & 0o777).toBe(0o700)
    expect((await stat(place)).uid).toBe(postgresUser()?.uid)
    await postgres.stop()
    expect(await answers(await start(dir))).toBe(true)
  })

  test.runIf(process.platform === 'linux')(
    'a disk without room is refused before anything is made',
    async () => {
      const small = join(folder, 'small')
      await mkdir(small)
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=50m,mode=755', 'tmpfs', small], {
          stdio: 'ignore',
        })
      } catch {
        return // a container without the right to mount
      }
      onTestFinished(() => void execFileSync('umount', [small]))
      await expect(start(join(small, 'postgres'))).rejects.toMatchObject({
        code: 'no_space',
        message: expect.stringMatching(/\d+ MiB free/),
      })
      expect(await readdir(small)).toEqual([])
    },
  )
})

import { execFileSync } from 'node:child_process'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { holdsWithin } from '../processes/poll.ts'
import { commandOf } from '../processes/process-table.ts'
import { answers, postgresFolder, type PostgresFolder, query } from '../testing/test-postgres.ts'

let place: PostgresFolder
let folder: string
let dataDir: string
let log: PostgresFolder['log']
let start: PostgresFolder['start']
let options: PostgresFolder['options']

beforeAll(async () => {
  place = await postgresFolder()
  ;({ folder, dataDir, log, start, options } = place)
})
afterEach(() => place.rest())
afterAll(() => place.remove())

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
    const postgres = await startPostgres({ ...${JSON.stringify({ dataDir, ...options })}, log })
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

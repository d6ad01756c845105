import { execFileSync } from 'node:child_process'
import { chmod, lstat, mkdir, readdir, readlink, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { postgresUser } from './os-user.ts'
import { postgresError } from './cluster.ts'
import { removePostgres } from './postgres.ts'
import { answers, postgresFolder, type PostgresFolder } from '../testing/test-postgres.ts'

const isRoot = postgresUser() !== undefined

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

test('a full disk is recognised in what PostgreSQL says', () => {
  const said = 'FATAL: could not write to file "pg_wal/xlogtemp.1": No space left on device'
  expect(postgresError('/data', said)).toMatchObject({
    code: 'no_space',
    message: expect.stringMatching(/No space left on the disk of \/data.*\n.*--data DIR/),
  })
  expect(postgresError('/data', 'FATAL: something else')).toMatchObject({ code: 'postgres_failed' })
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

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { defineService } from '../../shared/manifest.ts'
import { emptyDataFolder, openDataFolder } from './data-folder.ts'
import { holdsWithin } from '../processes/poll.ts'
import { commandOf } from '../processes/process-table.ts'
import { folderError } from '../start-error.ts'
import { openSecrets } from './secrets.ts'
import { recordingLog } from '../testing/recording-log.ts'
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts'

const log = recordingLog()
let folder: string

beforeEach(async () => {
  folder = await temporaryFolder()
  log.lines.length = 0
})
afterEach(() => removeFolder(folder))

/** A process that looks like a start of the shop. */
async function fakeRunner(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)', 'local.ts'])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'spawn')
  await holdsWithin(5_000, () => commandOf(child.pid ?? 0)?.includes('local.ts') ?? false)
  return child.pid ?? 0
}

test('a folder is made where there is none, and opens again after it was released', async () => {
  const dir = join(folder, 'a', 'b')
  await (await openDataFolder(dir, log)).release()
  await (await openDataFolder(dir, log)).release()
  expect(await readdir(dir)).toEqual([])
  expect(log.lines).toEqual([])
})

test('a second start on the same folder is refused and told which process runs', async () => {
  const pid = await fakeRunner()
  await writeFile(join(folder, 'runner.pid'), String(pid))
  await expect(openDataFolder(folder, log)).rejects.toMatchObject({
    code: 'already_running',
    message: expect.stringContaining(`process ${pid}`),
  })
  expect(await readdir(folder)).toEqual(['runner.pid'])
})

test.each([['999999999'], [String(process.ppid)], ['']])(
  'a lock of a process that is no start of the shop (%s) is taken over, and said so',
  async content => {
    await writeFile(join(folder, 'runner.pid'), content)
    await openDataFolder(folder, log)
    expect(log.lines).toEqual(['The last run did not end in order; recovering'])
    expect(await readFile(join(folder, 'runner.pid'), 'utf8')).toBe(String(process.pid))
    expect(await readdir(folder)).toEqual(['runner.pid'])
  },
)

test('of many starts at once on a stale lock one wins at most', async () => {
  await writeFile(join(folder, 'runner.pid'), '999999999')
  const results = await Promise.allSettled([
    openDataFolder(folder, log),
    openDataFolder(folder, log),
  ])
  expect(results.some(({ status }) => status === 'fulfilled')).toBe(true)
  expect(await readFile(join(folder, 'runner.pid'), 'utf8')).toBe(String(process.pid))
})

test('a path that is a file is refused with the remedy', async () => {
  const file = join(folder, 'file')
  await writeFile(file, '')
  for (const dir of [file, join(file, 'below')])
    await expect(openDataFolder(dir, log)).rejects.toMatchObject({
      code: 'folder_unusable',
      message: expect.stringMatching(/ a (file is there|part of the path).*\nName another/),
    })
})

test.runIf(process.platform === 'linux')(
  'a folder that can not be made is refused with what is in the way, however deep it lies',
  async () => {
    const nowhere = join(folder, 'link')
    await symlink(join(folder, 'unmounted', 'disk'), nowhere)
    for (const dir of [nowhere, join(nowhere, 'below'), '/proc/shop', '/proc/shop/below'])
      await expect(openDataFolder(dir, log)).rejects.toMatchObject({
        code: 'folder_unusable',
        message: expect.stringMatching(/its place is not there\..*\n.*--data DIR/),
      })
  },
)

test('only where access is denied the remedy is to take the folder over', () => {
  const remedy = (code: string) =>
    String(folderError(Object.assign(new Error(code), { code }), '/etc/passwd'))
  expect(remedy('EACCES')).toMatch(/chown.*--data DIR/)
  for (const code of ['EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT'])
    expect(remedy(code)).toMatch(/^(?!.*chown).*\n.*--data DIR/)
})

test.runIf(process.getuid?.() !== 0)('a folder that we may not write to is refused', async () => {
  await chmod(folder, 0o500)
  await expect(openDataFolder(folder, log)).rejects.toMatchObject({ code: 'folder_unusable' })
})

const manifest = defineService({
  name: 'users',
  description: 'Users',
  routes: ['/users'],
  secrets: { keyEncryptionKey: z.base64().length(44) },
})

test('secrets are made once, private to their owner, and kept; new services get theirs later', async () => {
  const file = join(folder, 'secrets.json')
  const first = await openSecrets(file, [])
  const second = await openSecrets(file, [manifest])
  const third = await openSecrets(file, [manifest])
  expect(second.superuser).toBe(first.superuser)
  expect(third).toEqual(second)
  const key = third.services['users']?.secrets['keyEncryptionKey'] ?? ''
  expect(Buffer.from(key, 'base64')).toHaveLength(32)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test('secrets that can not be read are refused with the file and the remedy, not made anew', async () => {
  const file = join(folder, 'secrets.json')
  await writeFile(file, '{"superuser": 1}')
  await expect(openSecrets(file, [manifest])).rejects.toThrow(/secrets\.json.*\n.*--fresh/)
  expect(await readFile(file, 'utf8')).toBe('{"superuser": 1}')
})

test('a fresh start deletes what is ours and nothing else', async () => {
  const opened = await openDataFolder(folder, log)
  await mkdir(opened.postgres)
  for (const name of ['secrets.json', 'demo.json', 'thesis.txt'])
    await writeFile(join(folder, name), '')
  await emptyDataFolder(opened, log)
  expect((await readdir(folder)).sort()).toEqual(['runner.pid', 'thesis.txt'])
})

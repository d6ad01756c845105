import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { canReach } from './os-user.ts'
import { binariesFor, findBinaries } from './binaries.ts'
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts'

const stranger = { name: 'stranger', uid: 54_321, gid: 54_321 }
const me = { name: 'me', uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
let folder: string
let file: string

beforeAll(async () => {
  folder = await temporaryFolder()
  await mkdir(join(folder, 'home', 'bin'), { recursive: true })
  file = join(folder, 'home', 'bin', 'tool')
  await writeFile(file, '', { mode: 0o755 })
})
afterAll(() => removeFolder(folder))

test('a file can be reached when every folder above it lets others in', async () => {
  expect(canReach(file, stranger)).toBe(true)
  expect(canReach(file, me)).toBe(true)
})

test('one folder on the way that is closed to others is enough to be out, but not for its owner', async () => {
  await chmod(join(folder, 'home'), 0o700)
  expect(canReach(file, stranger)).toBe(false)
  expect(canReach(file, me)).toBe(true)
  await chmod(join(folder, 'home'), 0o755)
})

test('a file that others may not execute is out of reach', async () => {
  await chmod(file, 0o700)
  expect(canReach(file, stranger)).toBe(false)
  await chmod(file, 0o755)
})

test('the platform package holds PostgreSQL 18', async () => {
  const { major, folder: binaries } = await findBinaries()
  expect(major).toBe('18')
  expect(await readdir(join(binaries, 'bin'))).toEqual(
    expect.arrayContaining(['initdb', 'postgres']),
  )
})

test('binaries that the user can reach are used where they are', async () => {
  const { folder: used } = await binariesFor(me, join(folder, 'copies'))
  expect(used).toBe((await findBinaries()).folder)
})

import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../shared/process/free-ports.ts'
import { recordingLog } from '../testing/recording-log.ts'
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts'
import { openComposeProject } from './compose-project.ts'
import { fillCompose } from './fill-compose.ts'

let folder: string
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => removeFolder(folder))

const APPS = join(import.meta.dirname, '..', '..')

const compose = (text: string) => writeFile(join(folder, 'compose.yaml'), text)
const edgeOn = (port: number) =>
  compose(`services: { edge: { ports: ['127.0.0.1:${port}:8080'] }, postgres: {} }`)
const fill = (...args: string[]) =>
  fillCompose({
    ...{ args, appsDir: APPS, env: {}, log: recordingLog() },
    signal: AbortSignal.timeout(10_000),
  })

test.for([
  [[], 'Name the folder of a compose project'],
  [['--compose', ''], 'Name the folder of a compose project'],
  [['--compos', 'x'], "Unknown option '--compos'"],
  [['x'], "Unexpected argument 'x'"],
] as const)('%j is refused with the usage', async ([args, message]) => {
  await expect(fill(...args)).rejects.toThrow(message)
  await expect(fill(...args)).rejects.toThrow('Usage: npm run demo -- --compose DIR')
})

test('a folder without a project is named, with what makes one', async () => {
  const file = join(folder, 'compose.yaml')
  await expect(fill('--compose', folder)).rejects.toThrow(`${file} is not there.`)
  await compose('services: { web: {} }')
  await expect(fill('--compose', folder)).rejects.toThrow(`${file} is no shop`)
})

test('a project that does not run is named by its address, and no accounts are made up', async () => {
  const port = await freePort()
  await edgeOn(port)
  const filling = fill('--compose', folder)
  await expect(filling).rejects.toThrow(`Nothing answers on http://127.0.0.1:${port}.`)
  await expect(filling).rejects.toThrow('up --build --wait')
  expect(await readdir(folder)).toEqual(['compose.yaml'])
})

test('addresses are those on this machine; the database has one only where the project gives it one', async () => {
  await edgeOn(8080)
  expect(await openComposeProject(folder, {})).toMatchObject({
    edge: '127.0.0.1:8080',
    postgres: undefined,
  })
  await compose(
    `services: { edge: { ports: ['0.0.0.0:80:8080'] }, postgres: { ports: ['127.0.0.1:5433:5432'] } }`,
  )
  expect(await openComposeProject(folder, {})).toMatchObject({
    edge: '0.0.0.0:80',
    postgres: '127.0.0.1:5433',
  })
})

test('where Docker makes no admin, its words are told, and how to start the project', async () => {
  await edgeOn(8080)
  const { grantAdmin } = await openComposeProject(folder, { PATH: folder })
  await writeFile(join(folder, 'docker'), '#!/bin/sh\necho "no such container" >&2\nexit 1\n', {
    mode: 0o755,
  })
  await expect(grantAdmin('ada@example.com')).rejects.toThrow('no such container')
  await expect(grantAdmin('ada@example.com')).rejects.toThrow('up --wait')
})

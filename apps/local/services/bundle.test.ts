import { execFileSync } from 'node:child_process'
import { readdir, rm, stat, truncate, utimes, writeFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { StartError } from '../start-error.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { bundledMain, bundleServices } from './bundle.ts'

let folder: string
let appsDir: string
let outDir: string

beforeEach(async () => {
  folder = await temporaryFolder()
  appsDir = join(folder, 'apps')
  outDir = join(folder, 'bundle')
  await write('shared/greeting.ts', `export const greeting: string = 'hello'`)
  await write(
    'users/main.ts',
    `import { greeting } from '../shared/greeting.ts'\nconsole.log(greeting, import.meta.dirname)`,
  )
  await write(
    'orders/main.ts',
    `const { greeting } = await import('../shared/greeting.ts')\nconsole.log(greeting)`,
  )
})

afterEach(() => rm(folder, { recursive: true, force: true }))

async function write(file: string, text: string): Promise<void> {
  await mkdir(join(appsDir, file, '..'), { recursive: true })
  await writeFile(join(appsDir, file), text)
}

const bundle = (services = ['users', 'orders']) => bundleServices({ appsDir, services, outDir })
const run = (service: string) =>
  execFileSync(process.execPath, [bundledMain(outDir, service)], { encoding: 'utf8' }).trim()
const madeAt = async () => (await stat(bundledMain(outDir, 'users'))).mtimeMs

/** A change that takes no time has another time stamp all the same. */
const later = (file: string) =>
  utimes(join(appsDir, file), new Date(), new Date(Date.now() + 5_000))

test('a bundled service does what its sources do, in the place where they are', async () => {
  await bundle()
  expect(run('users')).toBe(`hello ${join(appsDir, 'users')}`)
  expect(run('orders')).toBe('hello')
})

test('a bundle is kept while no source has changed, and made anew when one has', async () => {
  await bundle()
  const first = await madeAt()
  await bundle()
  expect(await madeAt()).toBe(first)
  await write('shared/greeting.ts', `export const greeting: string = 'hallo'`)
  await later('shared/greeting.ts')
  await bundle()
  expect(run('orders')).toBe('hallo')
})

test('a bundle that lacks a service is made anew', async () => {
  await bundle(['users'])
  await bundle()
  expect(run('orders')).toBe('hello')
})

test('a bundle that was cut short is made anew', async () => {
  await bundle()
  await truncate(join(outDir, 'sources.json'), 10)
  await truncate(bundledMain(outDir, 'users'), 0)
  await bundle()
  expect(run('users')).toContain('hello')
})

test('a bundle whose source has gone is made anew', async () => {
  await bundle()
  await write('users/main.ts', `console.log('alone')`)
  await write('orders/main.ts', `console.log('alone')`)
  await rm(join(appsDir, 'shared'), { recursive: true })
  await bundle()
  expect(run('users')).toBe('alone')
  expect((await readdir(outDir)).filter(file => file.includes('greeting'))).toEqual([])
})

test('a source that can not be read is named, with its line', async () => {
  await write('users/main.ts', `const a = 1\nconst b = = 2`)
  const refusal = await bundle().catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(StartError)
  expect(refusal).toMatchObject({ code: 'bundle_failed' })
  expect(String(refusal)).toMatch(/users\/main\.ts:2/)
})

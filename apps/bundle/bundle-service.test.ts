import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const MAIN = join(import.meta.dirname, 'main.ts')

let folder: string
let bundle: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-'))
  bundle = join(folder, 'users')
  expect(node([MAIN, 'users', bundle])).toMatchObject({ status: 0, stderr: '' })
})
afterAll(() => rm(folder, { recursive: true }))

const node = (args: readonly string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...env },
  })

async function files(place: string): Promise<string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(place.length + 1))
    .sort()
}

async function digestsOf(place: string): Promise<string[]> {
  const names = await files(place)
  return Promise.all(
    names.map(async name => {
      const content = await readFile(join(place, name))
      return `${name} ${createHash('sha256').update(content).digest('hex')}`
    }),
  )
}

test('an image holds a bundle, its migrations, one package and the bill: no source, test or secret', async () => {
  const kinds = (await files(bundle)).map(file =>
    file
      .replace(/^[\w-]+\.mjs$/, 'code')
      .replace(/^migrations\/\d{4}-[a-z0-9-]+\.sql$/, 'migration')
      .replace(/^node_modules\/piscina\/(package\.json|dist\/[\w/-]+\.m?js)$/, 'piscina'),
  )
  expect([...new Set(kinds)]).toEqual(['code', 'migration', 'piscina', 'sbom.cdx.json'])
  expect(await files(join(bundle, 'migrations'))).toEqual(
    await files(join(dirname(import.meta.dirname), 'users', 'migrations')),
  )
})

test('the bundle is the service: it reads its environment and names every problem', () => {
  const { status, stderr } = node([join(bundle, 'main.mjs')])
  expect(status).toBe(1)
  expect(stderr).toContain('environment of service "users":')
  expect(stderr).toContain('DATABASE_URL')
})

test('the same sources give the same bytes, and so does the compile cache of them', async () => {
  const again = join(folder, 'again')
  node([MAIN, 'users', again])
  expect(await digestsOf(again)).toEqual(await digestsOf(bundle))
  const warm = (cache: string) =>
    node(['--random-seed=1', join(import.meta.dirname, 'warm.ts'), bundle], {
      NODE_COMPILE_CACHE: join(folder, cache),
    })
  expect(warm('cache-1')).toMatchObject({ status: 0, stderr: '' })
  warm('cache-2')
  const cached = await digestsOf(join(folder, 'cache-1'))
  expect(cached.length).toBeGreaterThan(20)
  expect(await digestsOf(join(folder, 'cache-2'))).toEqual(cached)
})

test('the bill of materials names what is in the bundle, with version and licence', async () => {
  const bill = JSON.parse(await readFile(join(bundle, 'sbom.cdx.json'), 'utf8'))
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' })
  const named = new Map(bill.components.map((part: { name: string }) => [part.name, part]))
  const versions = JSON.parse(
    await readFile(join(import.meta.dirname, '../../package.json'), 'utf8'),
  ).dependencies
  const licenses = { hono: 'MIT', bcryptjs: 'BSD-3-Clause', piscina: 'MIT', pg: 'MIT' }
  for (const [name, license] of Object.entries(licenses))
    expect(named.get(name)).toMatchObject({
      purl: `pkg:npm/${name}@${versions[name]}`,
      licenses: [{ license: { name: license } }],
    })
  expect(named.has('stripe')).toBe(false)
  expect(named.has('vitest')).toBe(false)
})

test('a service that is not there is named', () => {
  const { status, stderr } = node([MAIN, 'nothing', join(folder, 'nothing')])
  expect(status).toBe(1)
  expect(stderr).toContain('there is no service "nothing"')
})

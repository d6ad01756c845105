import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readConfig } from '../../../apps/shared/config.ts'
import { type AnyManifest, variableName } from '../../../apps/shared/manifest.ts'
import * as services from '../../services.ts'
import { systemOf } from '../../system.ts'
import { compose as composed } from './compose-file.ts'
import { edgeConfig } from './edge-config.ts'
import { compose } from './target.ts'

const system = systemOf(services)
const manifests: readonly AnyManifest[] = [...system.values()]
/** Told apart from everything else in the file. */
const atoms = (name: string) =>
  Buffer.from(`atom of ${name}`.padEnd(32).slice(-32)).toString('base64')
const { yaml, secrets } = composed({ system, port: 8080, context: '../..', atoms })

interface Part {
  image: string
  environment: Record<string, string>
  secrets?: string[]
  depends_on: Record<string, { condition: string }>
  [key: string]: unknown
}
const document = parse(yaml) as {
  services: Record<string, Part>
  secrets: Record<string, { file: string }>
}
const partOf = (name: string): Part => document.services[name]!

/** As the container would see it: secrets by the files that are mounted. */
function environmentOf(name: string): Record<string, string> {
  const { environment, secrets: mounted = [] } = partOf(name)
  return Object.fromEntries(
    Object.entries(environment).map(([variable, value]) => {
      const file = /^\/run\/secrets\/(.+)$/.exec(value)?.[1]
      if (file === undefined) return [variable, value]
      expect(mounted).toContain(file)
      return [variable.replace(/_FILE$/, ''), secrets[file]!]
    }),
  )
}

test.for(manifests)('$name starts with what its manifest asks for', manifest => {
  const config = readConfig(manifest, environmentOf(manifest.name))
  expect(Object.keys(config.calls)).toEqual(manifest.calls)
  expect(Object.keys(config.secrets)).toEqual(Object.keys(manifest.secrets))
})

const calls = manifests.flatMap(({ name, calls: callees }) => callees.map(callee => [name, callee]))

test.for(calls)('%s calls %s by its name, with the token that it takes', ([caller, callee]) => {
  const variable = variableName(callee!)
  const environment = environmentOf(caller!)
  expect(environment[`${variable}_URL`]).toBe(`http://${callee}:8080`)
  expect(environment[`${variable}_TOKEN`]).toBe(environmentOf(callee!)['SERVICE_TOKEN'])
})

test.for(manifests)('$name starts after its migrations and after what it needs', manifest => {
  const { name, needs, calls: callees } = manifest
  expect(partOf(name).depends_on).toEqual({
    [`${name}-migrate`]: { condition: 'service_completed_successfully' },
    ...(needs.cache && { valkey: { condition: 'service_healthy' } }),
    ...(needs.tokens && { users: { condition: 'service_healthy' } }),
    ...Object.fromEntries(callees.map(callee => [callee, { condition: 'service_healthy' }])),
  })
  expect(partOf(`${name}-migrate`)).toMatchObject({
    image: partOf(name).image,
    command: ['migrate'],
    restart: 'no',
    depends_on: { postgres: { condition: 'service_healthy' } },
  })
})

test('each service logs in to database and cache by passwords of its own', () => {
  const urls = manifests.map(({ name }) => environmentOf(name))
  const databases = urls.map(env => new URL(env['DATABASE_URL']!).password)
  expect(new Set(databases).size).toBe(manifests.length)
  const caches = urls.flatMap(env => env['CACHE_URL'] ?? [])
  expect(new Set(caches).size).toBe(manifests.filter(({ needs }) => needs.cache).length)
  const users = secrets['valkey-users']!.trim()
    .split('\n')
    .map(line => line.split(' ')[1])
  expect(users).toEqual(['default', ...manifests.filter(m => m.needs.cache).map(m => m.name)])
})

test('no secret stands in the file, and every one that it names is written', () => {
  for (const text of Object.values(secrets)) expect(yaml).not.toContain(text)
  expect(Object.keys(document.secrets).sort()).toEqual(Object.keys(secrets).sort())
})

test('what is ours runs without root, capabilities and a file system to write to', () => {
  for (const name of [...manifests.map(m => m.name), 'users-migrate', 'edge'])
    expect(partOf(name), name).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    })
})

const RULE = /use_backend (\S+) if \{ path -m (str|beg) (\S+) \}(.*)$/gm

test('the edge sends each public route to its service, the longest first, and nothing else', () => {
  const config = edgeConfig(system)
  const rules = [...config.matchAll(RULE)].map(([, name, how, path, when]) => ({
    to: `${name}${when}`,
    route: `${path}${how === 'beg' ? '*' : ''}`,
  }))
  const expected = manifests.flatMap(({ name, routes }) =>
    routes.flatMap(route => [
      { to: name, route },
      // With no instance that is ready, to any.
      { to: `${name}-any { nbsrv(${name}) lt 1 }`, route },
    ]),
  )
  const sorted = (list: typeof rules) =>
    list.toSorted((a, b) => (a.to + a.route < b.to + b.route ? -1 : 1))
  expect(sorted(rules)).toEqual(sorted(expected))
  const lengths = rules.map(({ route }) => route.length)
  expect(lengths).toEqual(lengths.toSorted((a, b) => b - a))
  expect(config).toContain('default_backend nothing-public')
})

describe('npm run render -- compose', () => {
  let folder: string
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'compose-'))))
  afterAll(() => rm(folder, { recursive: true }))

  async function rendered(...args: string[]): Promise<string> {
    const printed: string[] = []
    await compose.render(args, { system, root: folder, print: text => void printed.push(text) })
    return printed.join('\n')
  }

  test('prints the file, which has no secrets and writes none', async () => {
    expect(Object.keys(parse(await rendered()).services)).toEqual(Object.keys(document.services))
    expect(await readdir(folder)).toEqual([])
  })

  test('--out writes it with secrets that are made once and that others on the machine can not reach', async () => {
    const out = join(folder, 'shop')
    await rendered('--out', 'shop')
    const first = await readFile(join(out, 'secrets', 'users-database-url'), 'utf8')
    await rendered('--out', 'shop', '--port', '9000')
    expect(await readFile(join(out, 'secrets', 'users-database-url'), 'utf8')).toBe(first)
    expect(parse(await readFile(join(out, 'compose.yaml'), 'utf8')).services.edge.ports).toEqual([
      '127.0.0.1:9000:8080',
    ])
    const modes = ['.', 'secrets.json'].map(
      async name => (await stat(join(out, name))).mode & 0o777,
    )
    expect(await Promise.all(modes)).toEqual([0o700, 0o600])
    expect((await readdir(join(out, 'secrets'))).sort()).toEqual(Object.keys(secrets).sort())
  })

  test('--set changes a setting, --database-port opens the database to this machine', async () => {
    const { services: parts } = parse(
      await rendered('--set', 'orders.reservationMinutes=1', '--database-port', '5433'),
    )
    expect(parts.orders.environment.RESERVATION_MINUTES).toBe('1')
    expect(parts.postgres.ports).toEqual(['127.0.0.1:5433:5432'])
    expect(partOf('postgres')['ports']).toBeUndefined()
  })

  test.for([
    [['--port', '0'], '--port 0 is no port; a port is a number from 1 to 65535'],
    [['--database-port', 'x'], '--database-port x is no port'],
    [['--out', ''], '--out is empty; name a folder such as .data/compose'],
    [['--set', 'orders'], '--set orders must be such as orders.reservationMinutes=5'],
    [['--set', 'shop.x=1'], 'there is no service "shop"; services: '],
    [['--set', 'orders.x=1'], 'orders has no setting "x"; it has currency, reservationMinutes'],
    [['--set', 'orders.reservationMinutes=0'], 'RESERVATION_MINUTES Too small'],
    [['--speed', '1'], "Unknown option '--speed'"],
  ] as const)('%j is refused with what is allowed', async ([args, message]) => {
    await expect(rendered(...args)).rejects.toThrow(message)
  })
})

import { createServer } from 'node:http'
import { chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { holdsWithin } from './local/processes/poll.ts'
import { freePort } from './shared/process/free-ports.ts'
import { removePostgres } from './local/postgres/postgres.ts'
import { commandOf } from './local/processes/process-table.ts'
import { recordingLog } from './local/testing/recording-log.ts'
import { removeFolder, temporaryFolder } from './local/testing/temporary-folder.ts'
import { startRunner, stopRunners, type StartedRunner } from './local/testing/runner.ts'

interface Account {
  email: string
  password: string
}

let data: string
let port: number

beforeAll(async () => {
  data = await temporaryFolder()
  port = await freePort()
})
afterAll(async () => {
  await stopRunners()
  await removePostgres(join(data, 'postgres'), recordingLog())
  await removeFolder(data)
})

const start = (...args: string[]) => startRunner('--data', data, '--port', String(port), ...args)
const at = (path: string) => `http://127.0.0.1:${port}${path}`
const json = async (path: string): Promise<never> =>
  (await fetch(at(path))).json() as Promise<never>
const isReady = () =>
  fetch(at('/ready')).then(
    ({ ok }) => ok,
    () => false,
  )
const demo = async () =>
  JSON.parse(await readFile(join(data, 'demo.json'), 'utf8')) as {
    url: string
    buyer: Account
    admin: Account
  }
const postgresPid = async () =>
  Number.parseInt(await readFile(join(data, 'postgres', 'postmaster.pid'), 'utf8'), 10)

async function countProducts(): Promise<number> {
  let count = 0
  for (let path: string | undefined = '/products?limit=100'; path !== undefined;) {
    const response = await fetch(at(path))
    count += ((await response.json()) as unknown[]).length
    path = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
  }
  return count
}

async function logIn(account: Account): Promise<string> {
  const response = await fetch(at('/auth/login'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(account),
  })
  expect(response.status).toBe(200)
  return ((await response.json()) as { access_token: string }).access_token
}

const roleOf = async (token: string) => {
  const response = await fetch(at('/users/me'), { headers: { Authorization: `Bearer ${token}` } })
  return ((await response.json()) as { role: string }).role
}

describe('npm start', { timeout: 120_000 }, () => {
  let runner: StartedRunner
  let firstDemo: Awaited<ReturnType<typeof demo>>

  test('the first start ends with everything ready and says where it is, without a password', async () => {
    runner = start()
    const ready = await runner.said('ready')
    expect(ready).toMatchObject({
      url: `http://localhost:${port}`,
      docs: `http://localhost:${port}/docs`,
      services: { users: expect.any(String), products: expect.any(String) },
      accounts: join(data, 'demo.json'),
    })
    expect(await isReady()).toBe(true)
    firstDemo = await demo()
    const log = JSON.stringify(runner.lines)
    expect(log).not.toContain(firstDemo.buyer.password)
    expect(log).not.toContain(firstDemo.admin.password)
  })

  test('the demo is there: 12 categories, 240 products, a buyer and an admin whose passwords work', async () => {
    expect(await json('/categories')).toHaveLength(12)
    expect(await countProducts()).toBe(240)
    expect(await roleOf(await logIn(firstDemo.admin))).toBe('admin')
    expect(await roleOf(await logIn(firstDemo.buyer))).not.toBe('admin')
    expect((await stat(join(data, 'demo.json'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(data, 'secrets.json'))).mode & 0o777).toBe(0o600)
  })

  test('the edge serves what is public and nothing else', async () => {
    const { paths } = (await json('/openapi.json')) as { paths: object }
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/users', '/products', '/categories', '/auth/login']),
    )
    expect((await fetch(at('/docs'))).status).toBe(200)
    for (const path of ['/', '/internal/x', '/users/%2fhealth'])
      expect((await fetch(at(path))).status).toBe(404)
  })

  test('a second start on the same data is refused with the process that runs', async () => {
    const second = start()
    expect(await second.said('already running')).toMatchObject({
      msg: expect.stringContaining(`process ${runner.pid}`),
    })
    expect(await second.ended).toMatchObject({ code: 1 })
    expect(await isReady()).toBe(true)
  })

  test('a killed service is started again, and said so', async () => {
    const pid = runner.pidOf('products')
    process.kill(pid, 'SIGKILL')
    await runner.said('products ended by itself (SIGKILL); starting it again')
    expect(
      await holdsWithin(60_000, async () => runner.pidOf('products') !== pid && (await isReady())),
    ).toBe(true)
    expect(await countProducts()).toBe(240)
  })

  test('a killed PostgreSQL comes back, and the services recover without a restart', async () => {
    const services = [runner.pidOf('users'), runner.pidOf('products')]
    process.kill(await postgresPid(), 'SIGKILL')
    await runner.said('PostgreSQL is back')
    expect(await holdsWithin(60_000, isReady)).toBe(true)
    expect(await countProducts()).toBe(240)
    await logIn(firstDemo.buyer)
    expect([runner.pidOf('users'), runner.pidOf('products')]).toEqual(services)
    expect(services.map(pid => commandOf(pid)?.includes('.mjs'))).toEqual([true, true])
  })

  test('a killed runner leaves no service behind, and the next start goes on with the same data', async () => {
    const services = [runner.pidOf('users'), runner.pidOf('products')]
    const postgres = await postgresPid()
    runner.kill('SIGKILL')
    await runner.ended
    expect(
      await holdsWithin(60_000, () => services.every(pid => commandOf(pid) === undefined)),
    ).toBe(true)
    port = await freePort()
    runner = start()
    await runner.said('ready')
    await runner.said('The last run did not end in order; recovering')
    await runner.said(
      `PostgreSQL of an earlier start is still running (process ${postgres}); stopping it`,
    )
    expect(await countProducts()).toBe(240)
    expect(await demo()).toEqual({ ...firstDemo, url: `http://localhost:${port}` })
    await logIn(firstDemo.buyer)
  })

  test('SIGTERM ends everything in order with exit code 0', async () => {
    const pids = [runner.pidOf('users'), runner.pidOf('products'), await postgresPid()]
    runner.kill('SIGTERM')
    expect(await runner.ended).toEqual({ code: 0, signal: null })
    expect(pids.map(commandOf)).toEqual([undefined, undefined, undefined])
    const order = ['SIGTERM: stopping', 'stopped'].map(text =>
      runner.lines.findLastIndex(({ service, msg }) => service === 'local' && msg.startsWith(text)),
    )
    const service = runner.lines.findLastIndex(
      ({ service: name, msg }) => name === 'users' && msg === 'stopped',
    )
    expect(order[0]).toBeLessThan(service)
    expect(service).toBeLessThan(order[1] ?? 0)
    expect(runner.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('a taken port is refused with the remedy and leaves nothing running', async () => {
    const server = createServer().listen(port, '127.0.0.1')
    const refused = start()
    expect(await refused.said(`Port ${port} is taken`)).toMatchObject({
      msg: expect.stringContaining(`--port ${port + 1}`),
    })
    expect(await refused.ended).toMatchObject({ code: 1 })
    server.close()
    await expect(postgresPid()).rejects.toThrow('ENOENT')
  })

  test('a fresh start with a subset begins anew and leaves out what needs the rest', async () => {
    runner = start('--fresh', 'products')
    const ready = await runner.said('ready')
    expect(ready['services']).toEqual({ products: expect.any(String) })
    expect(await json('/products')).toEqual([])
    await expect(demo()).rejects.toThrow('ENOENT')
    expect((await fetch(at('/users'))).status).toBe(404)
    runner.kill('SIGINT')
    expect(await runner.ended).toMatchObject({ code: 0 })
  })

  test('data of another PostgreSQL major is refused with the remedy', async () => {
    const other = await temporaryFolder()
    await mkdir(join(other, 'postgres'))
    const { uid, gid } = await stat(join(data, 'postgres'))
    await chown(join(other, 'postgres'), uid, gid)
    await writeFile(join(other, 'postgres', 'PG_VERSION'), '17\n')
    const refused = startRunner('--data', other, '--port', String(port))
    expect(await refused.said('PostgreSQL 17')).toMatchObject({
      code: 'other_major',
      msg: expect.stringContaining('--fresh'),
    })
    expect(await refused.ended).toMatchObject({ code: 1 })
    await removeFolder(other)
  })
})

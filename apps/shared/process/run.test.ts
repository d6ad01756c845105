import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { spawnFixture, startFixtureProcess } from '../testing/spawn-fixture.ts'

test('a service listens where its environment says and says so', async () => {
  await using fixture = await startFixtureProcess()
  const health = await fetch(`${fixture.url}/health`)
  expect(await health.json()).toEqual({ status: 'ok', service: 'fixture', version: '1.2.3' })
  expect((await fetch(`${fixture.url}/ready`)).status).toBe(200)
  expect(fixture.logs()).toContainEqual(
    expect.objectContaining({ service: 'fixture', port: fixture.port, msg: 'listening' }),
  )
})

test('a bad environment prints every problem without a secret and ends with 1', async () => {
  await using fixture = await spawnFixture({
    env: { PORT: 'x', PUBLIC_URL: undefined, KEY: 'hunter2', CLOSING: 'never' },
  })
  expect(await fixture.ended).toBe(1)
  const [title, ...problems] = fixture.printed().trimEnd().split('\n')
  expect(title).toBe('environment of service "fixture":')
  expect(problems.map(line => line.trim().split(' ')[0])).toEqual([
    'PORT',
    'PUBLIC_URL',
    'CLOSING',
    'KEY',
  ])
  expect(fixture.printed()).not.toContain('hunter2')
})

test('an unknown command names those that there are and ends with 1', async () => {
  await using fixture = await spawnFixture({ args: ['migrat'] })
  expect(await fixture.ended).toBe(1)
  expect(fixture.printed()).toBe('fixture: unknown command "migrat"; allowed: greet, fail\n')
})

test.for(['constructor', '__proto__'])('%s is no command', async name => {
  await using fixture = await spawnFixture({ args: [name] })
  expect(await fixture.ended).toBe(1)
  expect(fixture.printed()).toContain(`unknown command "${name}"`)
})

test('a command prints its line and ends with 0', async () => {
  await using fixture = await spawnFixture({ args: ['greet', 'Ada'] })
  expect(await fixture.ended).toBe(0)
  expect(fixture.printed()).toBe('Hello Ada\n')
})

test('a command that fails says why, with what caused it, and ends with 1', async () => {
  await using fixture = await spawnFixture({ args: ['fail'] })
  expect(await fixture.ended).toBe(1)
  expect(fixture.printed()).toBe('fixture fail: could not: the reason\n')
})

test('a command that lacks its argument names it', async () => {
  await using fixture = await spawnFixture({ args: ['greet'] })
  expect(await fixture.ended).toBe(1)
  expect(fixture.printed()).toBe('fixture greet: needs exactly one argument NAME; given: none\n')
})

test('a taken port ends it with 1 and a line that names the address', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as AddressInfo
  try {
    await using fixture = await spawnFixture({ port })
    expect(await fixture.ended).toBe(1)
    expect(fixture.logs()).toContainEqual(
      expect.objectContaining({
        level: 'fatal',
        msg: `can not listen on 127.0.0.1:${port}`,
        err: expect.objectContaining({ code: 'EADDRINUSE' }),
      }),
    )
  } finally {
    holder.close()
  }
})

test('a start that fails ends it with 1 and a line that says why', async () => {
  await using fixture = await spawnFixture({ settings: { startFails: true } })
  expect(await fixture.ended).toBe(1)
  expect(fixture.logs()).toContainEqual(
    expect.objectContaining({
      level: 'fatal',
      err: expect.objectContaining({ message: 'the start failed' }),
    }),
  )
})

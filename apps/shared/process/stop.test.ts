import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { json } from 'node:stream/consumers'
import { expect, test, vi } from 'vitest'
import { type FixtureProcess, spawnFixture, startFixtureProcess } from '../testing/spawn-fixture.ts'

interface Got {
  status: number | undefined
  closes: boolean
  body: unknown
}

async function get(url: string, agent?: Agent): Promise<Got> {
  const sent = request(url, { agent }).end()
  const [response] = await once(sent, 'response')
  const closes = response.headers.connection === 'close'
  return { status: response.statusCode, closes, body: await json(response) }
}

/** A client that keeps its connection and asks again and again until it is told to go elsewhere. */
async function askUntilTold(url: string): Promise<Got[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const answers: Got[] = []
  try {
    do answers.push(await get(url, agent))
    while (!answers.at(-1)?.closes)
  } finally {
    agent.destroy()
  }
  return answers
}

const began = (fixture: FixtureProcess, path: string) =>
  vi.waitFor(
    () =>
      expect(fixture.logs()).toContainEqual(
        expect.objectContaining({ msg: 'slow request began', path }),
      ),
    5000,
  )

test('SIGTERM under load drops no request: each client is told, what runs ends, then it ends with 0', async () => {
  await using fixture = await startFixtureProcess()
  const clients = Array.from({ length: 10 }, () => askUntilTold(`${fixture.url}/fast`))
  const slow = get(`${fixture.url}/slow/one?ms=1000`, new Agent({ keepAlive: true }))
  await began(fixture, '/slow/one')
  fixture.child.kill('SIGTERM')
  await vi.waitFor(async () => {
    const { status, body } = await get(`${fixture.url}/ready`)
    expect([status, body]).toEqual([
      503,
      expect.objectContaining({ detail: 'Not ready: service: is stopping' }),
    ])
  })
  const answers = (await Promise.all(clients)).flat()
  expect(answers.filter(({ status }) => status !== 200)).toEqual([])
  expect(await slow).toMatchObject({ status: 200, closes: true, body: { done: true } })
  expect(await fixture.ended).toBe(0)
  await expect(get(`${fixture.url}/fast`)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  expect(messagesOf(fixture)).not.toContainEqual(expect.stringContaining('still running'))
})

const messagesOf = (fixture: FixtureProcess) => fixture.logs().map(line => line['msg'])

test('what was opened is closed last to first, and the log is written to its end', async () => {
  await using fixture = await startFixtureProcess({ supervised: true })
  await get(`${fixture.url}/fast`)
  fixture.child.kill('SIGTERM')
  expect(await fixture.ended).toBe(0)
  expect(messagesOf(fixture).slice(-5)).toEqual([
    'request',
    'SIGTERM: stopping',
    'closed what was opened last',
    'closed what was opened first',
    'stopped',
  ])
})

test.for([
  { path: '/ready', goesOn: true },
  { path: '/health', goesOn: false },
])(
  'a service that was last asked for $path goes on answering: $goesOn',
  async ({ path, goesOn }) => {
    await using fixture = await startFixtureProcess()
    await get(`${fixture.url}${path}`)
    fixture.child.kill('SIGTERM')
    expect(await fixture.ended).toBe(0)
    expect(messagesOf(fixture).includes('goes on answering until load balancers know')).toBe(goesOn)
  },
)

test('something that can not be closed does not keep the rest from it', async () => {
  await using fixture = await startFixtureProcess({
    supervised: true,
    settings: { closing: 'fails' },
  })
  fixture.child.kill('SIGTERM')
  expect(await fixture.ended).toBe(0)
  expect(messagesOf(fixture)).toEqual(
    expect.arrayContaining(['closing last opened failed', 'closed what was opened first']),
  )
})

test('something that never closes is cut at the end of the stop time, with 1', async () => {
  await using fixture = await startFixtureProcess({
    supervised: true,
    settings: { closing: 'hangs' },
  })
  fixture.child.kill('SIGTERM')
  expect(await fixture.ended).toBe(1)
  expect(fixture.logs()).toContainEqual(
    expect.objectContaining({ level: 'error', msg: expect.stringContaining('stop time') }),
  )
})

test('a request that never ends is cut within the stop time', async () => {
  await using fixture = await startFixtureProcess()
  const endless = get(`${fixture.url}/slow/two?ms=60000`).catch((error: unknown) => error)
  await began(fixture, '/slow/two')
  fixture.child.kill('SIGTERM')
  expect(await endless).toMatchObject({ code: 'ECONNRESET' })
  expect(await fixture.ended).toBe(0)
})

test.for(['SIGTERM', 'SIGINT'] as const)('a second %s ends it at once', async signal => {
  await using fixture = await startFixtureProcess()
  const endless = get(`${fixture.url}/slow/three?ms=60000`).catch((error: unknown) => error)
  await began(fixture, '/slow/three')
  fixture.child.kill(signal)
  await vi.waitFor(() => expect(messagesOf(fixture)).toContain(`${signal}: stopping`), 5000)
  fixture.child.kill(signal)
  expect(await fixture.ended).toBe(130)
  await endless
})

test('when the runner has gone the service stops', async () => {
  await using fixture = await startFixtureProcess({ supervised: true })
  fixture.child.disconnect()
  expect(await fixture.ended).toBe(0)
  expect(messagesOf(fixture)).toContain('the runner has gone: stopping')
})

test('a runner that goes while a service stops does not cut it short', async () => {
  await using fixture = await startFixtureProcess({ supervised: true })
  const slow = get(`${fixture.url}/slow/four?ms=500`)
  await began(fixture, '/slow/four')
  fixture.child.kill('SIGTERM')
  await vi.waitFor(() => expect(messagesOf(fixture)).toContain('SIGTERM: stopping'), 5000)
  fixture.child.disconnect()
  expect(await slow).toMatchObject({ status: 200 })
  expect(await fixture.ended).toBe(0)
})

test('told to stop while it starts, it answers who has waited and ends with 0', async () => {
  await using fixture = await spawnFixture({ settings: { startMs: 300 } })
  await vi.waitFor(() => expect(fixture.printed()).toContain('"starting"'), 30_000)
  const waiting = get(`${fixture.url}/fast`)
  fixture.child.kill('SIGTERM')
  expect((await waiting).status).toBe(200)
  expect(await fixture.ended).toBe(0)
})

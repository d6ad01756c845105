import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEdge } from './edge.ts'
import { freePort } from '../../shared/process/free-ports.ts'
import { StartError } from '../start-error.ts'
import { recordingLog } from '../testing/recording-log.ts'
import { manifestOf, testEdge, type TestEdge, type Upstream } from '../testing/test-edge.ts'

let edge: TestEdge
let users: Upstream
let port: number

beforeAll(async () => {
  edge = await testEdge()
  ;({ users, port } = edge)
})
afterAll(() => edge.close())

test('a taken port is refused with the remedy', async () => {
  const options = {
    port,
    publicUrl: 'http://localhost',
    targets: [],
    mailDir: '/nowhere',
    log: recordingLog(),
  }
  const error = await openEdge(options).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(StartError)
  expect(error).toMatchObject({
    code: 'port_taken',
    message: expect.stringContaining(`--port ${port + 1}`),
  })
})

test.runIf(process.platform === 'linux' && process.getuid?.() !== 0)(
  'a port that needs root is refused with another one',
  async () => {
    const options = {
      port: 81,
      publicUrl: 'http://localhost',
      targets: [],
      mailDir: '/nowhere',
      log: recordingLog(),
    }
    await expect(openEdge(options)).rejects.toThrow(/need root\.\nTake another: .*--port 8080$/)
  },
)

test('closing lets requests under way end and takes no new ones', async () => {
  const own = await freePort()
  const targets = [{ manifest: manifestOf('users', ['/users']), url: users.url }]
  const closing = await openEdge({
    port: own,
    publicUrl: `http://localhost:${own}`,
    targets,
    mailDir: '/nowhere',
    log: recordingLog(),
  })
  let finish = () => {}
  users.answer((_, outgoing) => (finish = () => outgoing.end('done')))
  const underWay = fetch(`http://127.0.0.1:${own}/users`).then(response => response.text())
  await once(users.server, 'request')
  const closed = closing.close()
  const refused = connect(own, '127.0.0.1')
  await expect(once(refused, 'connect')).rejects.toThrow('ECONNREFUSED')
  finish()
  expect(await underWay).toBe('done')
  await closed
})

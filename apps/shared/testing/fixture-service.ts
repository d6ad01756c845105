import { setTimeout } from 'node:timers/promises'
import { serviceClient } from '../clients/client.ts'
import { service } from '../http/http.ts'
import { type Kit, argument, run } from '../process/run.ts'
import { query } from '../http/validation.ts'
import { processFixture } from './process-fixture.ts'
import { z } from 'zod'

type FixtureKit = Kit<typeof processFixture>

/** The process of a service without database: for what only a process can show. */
await run(
  {
    manifest: processFixture,
    start,
    commands: {
      greet: async (_, args) => `Hello ${argument(args, 'NAME', z.string().min(2))}`,
      fail: async () => {
        throw new Error('could not', { cause: new Error('the reason') })
      },
    },
  },
  process,
)

async function start({ config, log, onClose }: FixtureKit) {
  if (config.settings.startFails) throw new Error('the start failed')
  log.info('starting')
  await setTimeout(config.settings.startMs)
  onClose('first opened', () => log.info('closed what was opened first'))
  onClose('last opened', () => {
    log.info('closed what was opened last')
    return closeLast(config.settings.closing)
  })
  return service(log, [])
    .get('/fast', c => c.json({ pid: process.pid }))
    .get('/slow/:name', query(z.object({ ms: z.coerce.number() })), async c => {
      log.info({ path: c.req.path }, 'slow request began')
      await setTimeout(c.req.valid('query').ms)
      return c.json({ done: true })
    })
    .get('/calls', query(z.object({ url: z.url() })), async c => {
      const call = serviceClient({ name: 'callee', baseUrl: c.req.valid('query').url })
      return c.json({ status: (await call('/')).status })
    })
    .get('/fails', () => {
      throw new Error('a bug')
    })
    .get('/sdk', c => c.json({ loaded: isSdkLoaded() }))
}

/** `record-modules.ts` keeps the list. */
const isSdkLoaded = (): boolean =>
  (Reflect.get(globalThis, 'loadedModules') as string[]).some(url =>
    url.includes('/@opentelemetry/sdk-'),
  )

function closeLast(closing: FixtureKit['config']['settings']['closing']): Promise<void> | void {
  if (closing === 'fails') throw new Error('could not close')
  if (closing === 'hangs') return new Promise(() => setInterval(() => {}, 1000))
}

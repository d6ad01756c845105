import type { Hono } from 'hono'
import { PROBLEM_TYPE, problemOf, unavailable } from '../http/errors.ts'
import type { AppEnv } from '../http/http.ts'
import { healthOf } from './health.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { AnyManifest } from '../manifest.ts'
import { openApiOf } from '../http/openapi.ts'

/** Adds what every service answers to whoever runs it: `/health`, `/ready`, `/openapi.json`. */
export function addProbes(
  app: Hono<AppEnv>,
  manifest: AnyManifest,
  lifecycle: Lifecycle,
  version: string,
  publicUrl: string,
): void {
  let document: Promise<string> | undefined
  const written = async () => JSON.stringify(await openApiOf(app, manifest, version, publicUrl))
  app.get('/openapi.json', async c =>
    c.body(await (document ??= written()), 200, { 'Content-Type': 'application/json' }),
  )
  app.get('/health', c => c.json(healthOf(manifest, version)))
  app.get('/ready', async c => {
    const waiting = await lifecycle.notReady()
    if (waiting.length === 0) return c.json({ status: 'ready' })
    const text = waiting.map(({ name, reason }) => `${name}: ${reason}`).join('; ')
    const problem = { ...problemOf(unavailable(`Not ready: ${text}`)), waiting }
    return c.body(JSON.stringify(problem), 503, { 'Content-Type': PROBLEM_TYPE })
  })
}

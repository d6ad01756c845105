import { Hono } from 'hono'
import {
  AppError,
  PROBLEM_TYPE,
  problemOf,
  problemResponse,
  unavailable,
} from '../../shared/http/errors.ts'
import { askService, NoAnswer } from './ask-service.ts'
import { createDocs } from './docs.ts'
import { createMessagePages } from './message-pages.ts'
import type { RunnerLog } from '../log.ts'
import { mergeOpenApi, type OpenApi } from './openapi-merge.ts'
import { notReady } from './readiness.ts'
import { type Router, type Target, unknownPath } from './routing.ts'

interface PagesOptions {
  publicUrl: string
  targets: readonly Target[]
  route: Router
  mailDir: string
  log: RunnerLog
}

const TIMEOUT_MS = 5_000

/** What the edge itself answers. */
export function createEdgePages(options: PagesOptions): Hono {
  const { publicUrl, targets, route, mailDir, log } = options
  const app = new Hono()
  app.onError(error => {
    if (error instanceof AppError) return problemResponse(error)
    log.error(`the edge failed: ${error.message}`)
    return problemResponse(new AppError('internal_error', 500, 'Internal Server Error'))
  })
  app.notFound(() => problemResponse(unknownPath()))
  app.get('/health', c => c.json({ status: 'ok' }))
  app.get('/ready', async c => {
    const waiting = await notReady(targets)
    if (waiting.length === 0)
      return c.json({ status: 'ready', services: targets.map(({ manifest }) => manifest.name) })
    const names = waiting.map(({ name, reason }) => `${name}: ${reason}`).join('; ')
    const problem = { ...problemOf(unavailable(`Not ready: ${names}`)), waiting }
    return c.body(JSON.stringify(problem), 503, {
      'Content-Type': PROBLEM_TYPE,
      'Retry-After': '1',
    })
  })
  app.get('/openapi.json', async c => {
    const documents = await Promise.all(targets.map(documentOf))
    return c.json(mergeOpenApi(documents, publicUrl, route))
  })
  app.get('/docs/', c => c.redirect('/docs', 308))
  app.route('/docs', createDocs(publicUrl))
  app.route('/dev/messages', createMessagePages(mailDir))
  return app
}

async function documentOf(target: Target): Promise<{ target: Target; document: OpenApi }> {
  const { name } = target.manifest
  try {
    const { status, text } = await askService(`${target.url}/openapi.json`, TIMEOUT_MS)
    if (status === 200) return { target, document: JSON.parse(text) as OpenApi }
    throw new NoAnswer(`answers ${status}`)
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    throw unavailable(`No API document from ${name}: it ${error.message}`, error)
  }
}

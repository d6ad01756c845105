import type { AnyManifest } from '../manifest.ts'
import { openMethods } from '../route-patterns.ts'
import type { TestService } from './test-service.ts'

const NO_ID = '00000000-0000-4000-8000-000000000000'
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH'])

/** What a service answers to a client without a token, as `GET /products`, against what its manifest says. */
export interface OpenRoutes {
  /** Not answered with 401. */
  answered: readonly string[]
  /** Of everything in the OpenAPI document, what `openRoutes` opens. */
  declared: readonly string[]
  /** Open routes that open nothing in the document. */
  idle: readonly string[]
}

/** Asks without a token for everything that the service's OpenAPI document names, and by HEAD where there is a GET. */
export async function openRoutesOf(
  service: TestService,
  { openRoutes }: AnyManifest,
): Promise<OpenRoutes> {
  const { body } = await service.call('/openapi.json')
  const operations = Object.entries(body.paths as Record<string, object>).flatMap(([path, has]) =>
    Object.keys(has)
      .flatMap(method => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
      .map(method => ({ method, path: path.replaceAll(/\{\w+\}/g, NO_ID) })),
  )
  const opens = (routes: readonly string[], { method, path }: { method: string; path: string }) =>
    openMethods(routes, path).some(open => open === method || open === 'ANY')
  const answers = await Promise.all(operations.map(operation => isAnswered(service, operation)))
  const names = (found: typeof operations) => found.map(({ method, path }) => `${method} ${path}`)
  return {
    answered: names(operations.filter((_, index) => answers[index])),
    declared: names(operations.filter(operation => opens(openRoutes, operation))),
    idle: openRoutes.filter(route => !operations.some(operation => opens([route], operation))),
  }
}

async function isAnswered(
  service: TestService,
  { method, path }: { method: string; path: string },
): Promise<boolean> {
  const { status } = await service.call(path, {
    method,
    ...(WITH_BODY.has(method) && { json: {} }),
  })
  return status !== 401
}

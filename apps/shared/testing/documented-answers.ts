import { call, type CallInit, type TestService } from './test-service.ts'

interface Operation {
  responses: Record<string, object>
}
interface Route {
  pattern: RegExp
  operations: Record<string, Operation | undefined>
}

/** The same service, but a call fails when its answer has a status that the service's OpenAPI document does not name. */
export async function documentedAnswers(service: TestService): Promise<TestService> {
  const { body } = await service.call('/openapi.json')
  const routes = routesOf(body.paths as Record<string, Route['operations']>)
  return {
    ...service,
    call: async (path, init) => {
      const answer = await call(service.url, path, init)
      const method = methodOf(init)
      const pathname = path.split('?')[0] ?? path
      const route = routes.find(({ pattern }) => pattern.test(pathname))
      const responses = route?.operations[method]?.responses
      if (responses && !(answer.status in responses))
        throw new Error(
          `${method} ${pathname} answered ${answer.status}; its document names ${Object.keys(responses).join(', ')}`,
        )
      return answer
    },
  }
}

const methodOf = ({ method, json }: CallInit = {}): string =>
  (method ?? (json === undefined ? 'get' : 'post')).toLowerCase()

/** Fixed paths before those with parameters, as the router has them. */
const routesOf = (paths: Record<string, Route['operations']>): Route[] =>
  Object.entries(paths)
    .sort(([a], [b]) => Number(a.includes('{')) - Number(b.includes('{')))
    .map(([path, operations]) => ({
      pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      operations,
    }))

/** What the document says: `GET /users` -> `200 401 403 ...`. */
export async function documentedRoutes(service: TestService): Promise<Record<string, string>> {
  const { body } = await service.call('/openapi.json')
  const paths = Object.entries(body.paths as Record<string, Record<string, Operation>>)
  return Object.fromEntries(
    paths.flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { responses }]) => [
        `${method.toUpperCase()} ${path}`,
        Object.keys(responses).join(' '),
      ]),
    ),
  )
}

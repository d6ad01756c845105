import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Hono } from 'hono'
import { findServices } from '../../apps/local/services/find-services.ts'
import { authentication } from '../../apps/shared/auth/auth.ts'
import { openApiOf } from '../../apps/shared/http/openapi.ts'
import type { AppEnv } from '../../apps/shared/http/http.ts'
import type { OpenApiDocument } from './snapshot.ts'

/** What a request would need and a document does not: every property and every call of it is itself. */
const inert: unknown = new Proxy(() => undefined, {
  get: (_, key) => {
    if (key === 'then') return undefined
    return key === Symbol.toPrimitive ? () => '' : inert
  },
  apply: () => inert,
})

const PUBLIC_URL = 'https://shop.example.com'

function noRequest(): never {
  throw new Error('no request is served here')
}

/** The real parts are those that say something of a route; whatever else an app is given serves requests. */
const parts = {
  auth: authentication(Object.assign(noRequest, { known: noRequest })),
  corsOrigins: [],
  runtime: { corsOrigins: [], trustedProxyHops: 1, publicUrl: PUBLIC_URL },
  database: inert,
  serviceToken: 'no-service-asks-here',
}

/**
 * The OpenAPI document of every service, as its `/openapi.json` answers it, without a database or a cache.
 * @throws Error that names the service whose `createApp` wants more than it is given
 */
export async function apiDocuments(appsDir: string): Promise<Record<string, OpenApiDocument>> {
  const documents: Record<string, OpenApiDocument> = {}
  for (const manifest of await findServices(appsDir)) {
    const file = join(appsDir, manifest.name, 'app.ts')
    if (!existsSync(file)) continue
    const { createApp } = (await import(pathToFileURL(file).href)) as {
      createApp: (deps: object) => Hono<AppEnv>
    }
    const deps = new Proxy(parts, {
      get: (known, key) => (Object.hasOwn(known, key) ? known[key as keyof typeof known] : inert),
    })
    try {
      const document = await openApiOf(createApp(deps), manifest, '0', PUBLIC_URL)
      documents[manifest.name] = JSON.parse(JSON.stringify(document)) as OpenApiDocument
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new Error(
        `${manifest.name}: its OpenAPI document can't be made (${why}); createApp must use what it is given in requests only`,
        { cause: error },
      )
    }
  }
  return documents
}

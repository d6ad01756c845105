import type { Env, Hono, MiddlewareHandler } from 'hono'
import { type DescribeRouteOptions, generateSpecs, uniqueSymbol } from 'hono-openapi'
import { z } from 'zod'
import { PROBLEM_TYPE } from './errors.ts'
import type { AnyManifest } from '../manifest.ts'

type Schemas = Record<string, object>
/** What a middleware contributes to the description of the route that it stands in. */
export type RouteSpec = Omit<DescribeRouteOptions, 'responses'> & {
  responses?: Record<string, object>
  'x-schemas'?: Schemas
  /** Answers that win over what the other handlers of the route say. */
  'x-answers'?: Record<string, object>
}

/**
 * Attaches documentation to a handler; `openApiOf` merges what all handlers of a route say.
 * @param spec as a function where it needs schemas: making those takes a tenth of a start, and few ask for the document
 */
export const documented = <H extends (...args: never[]) => unknown>(
  handler: H,
  spec: RouteSpec | (() => RouteSpec),
): H =>
  Object.defineProperty(handler, uniqueSymbol, {
    get: () => ({ spec: typeof spec === 'function' ? spec() : spec }),
  })

const documentation = new WeakSet<object>()

/** Whether a handler only documents its route; `leanFetch` leaves it out. */
export const isDocumentation = (handler: object): boolean => documentation.has(handler)

/** A handler that does nothing but document its route. */
export function documents(spec: RouteSpec | (() => RouteSpec)): MiddlewareHandler {
  const handler: MiddlewareHandler = documented((_, next) => next(), spec)
  documentation.add(handler)
  return handler
}

/** `.get(path, describe('List products', { 404: 'Product not found' }), ...)` */
export const describe = (
  summary: string,
  others: Record<number, string> = {},
  more: Omit<RouteSpec, 'responses' | 'summary'> = {},
): MiddlewareHandler =>
  documents({
    ...more,
    summary,
    'x-answers': Object.fromEntries(
      Object.entries(others).map(([status, text]) => [
        status,
        // A 304 has no body.
        Number(status) < 400 ? { description: text } : problemSpec(text),
      ]),
    ),
  })

export const problemSpec = (description: string): object => ({
  description,
  content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
})

/** JSON Schema of a zod type; types with `.meta({ id })` become components. */
export function schemaOf(
  type: z.ZodType,
  io: 'input' | 'output',
): { schema: object; schemas: Schemas } {
  const json = JSON.stringify(
    z.toJSONSchema(type, {
      io,
      unrepresentable: 'any',
      // zod leaves the default out of what is sent as another type (a number in a query string); its own words say it.
      override: ({ zodSchema, jsonSchema }) => {
        const said = z.globalRegistry.get(zodSchema)?.['default']
        if (said !== undefined) jsonSchema.default = said
        if (jsonSchema.type !== 'string') delete jsonSchema.pattern
      },
    }),
  )
  const {
    $defs = {},
    $schema: _,
    ...schema
  } = JSON.parse(json.replaceAll('"#/$defs/', '"#/components/schemas/')) as {
    $defs?: Schemas
    $schema?: string
    id?: string
  } & object
  const id = type.meta()?.id
  const schemas = Object.fromEntries(
    Object.entries($defs).map(([key, value]) => [key, withoutId(value)]),
  )
  if (id === undefined || '$ref' in schema) return { schema, schemas }
  return {
    schema: { $ref: `#/components/schemas/${id}` },
    schemas: { ...schemas, [id]: withoutId(schema) },
  }
}

const withoutId = ({ id: _, ...schema }: { id?: string } & object): object => schema

const Problem = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    code: z.string().describe('Stable; clients may branch on it'),
    request_id: z.string().optional(),
    errors: z
      .array(
        z.object({
          location: z.enum(['body', 'query', 'path', 'header']),
          field: z.string(),
          message: z.string(),
        }),
      )
      .optional()
      .describe('With status 422: every field that is not valid'),
  })
  .meta({
    examples: [
      {
        type: 'about:blank',
        title: 'Unprocessable Content',
        status: 422,
        detail: '1 field is not valid',
        code: 'validation_failed',
        request_id: '3e23bc44-ad9b-40c0-b7bd-75ee93648821',
        errors: [{ location: 'body', field: 'email', message: 'is required' }],
      },
    ],
  })

/** `service` is at operations under `/internal`, which are in no document but the service's own. */
const SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  service: {
    type: 'http',
    scheme: 'bearer',
    description: 'The token of this service, which its callers have',
  },
}

interface Operation {
  'x-schemas'?: Schemas
  'x-answers'?: Record<string, object>
  tags?: string[]
  responses?: Record<string, object>
}

/** The OpenAPI 3.1 document of a service, from the schemas that check its requests and type its answers. */
export async function openApiOf<E extends Env>(
  app: Hono<E>,
  manifest: AnyManifest,
  version: string,
  url: string,
): Promise<object> {
  const document = await generateSpecs(app, {
    documentation: {
      openapi: '3.1.0',
      info: { title: `${manifest.name} API`, description: manifest.description, version },
      servers: [{ url }],
    },
    defaultValidationErrorResponse: false,
    excludeStaticFile: false,
    exclude: ['/health', '/ready', '/openapi.json'],
  })
  const schemas: Schemas = { Problem: schemaOf(Problem, 'output').schema }
  for (const path of Object.values(document.paths ?? {}))
    for (const operation of Object.values(path as Record<string, Operation>)) {
      Object.assign(schemas, operation['x-schemas'])
      operation.tags = [manifest.name]
      operation.responses = {
        ...operation.responses,
        ...operation['x-answers'],
        500: problemSpec('A fault of ours; quote the request_id'),
        503: problemSpec('A dependency is down or busy; try again after Retry-After seconds'),
      }
      delete operation['x-schemas']
      delete operation['x-answers']
    }
  return {
    ...document,
    components: {
      schemas,
      securitySchemes: SCHEMES,
    },
  }
}

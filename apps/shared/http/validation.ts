import { zValidator } from '@hono/zod-validator'
import { createMiddleware } from 'hono/factory'
import { z } from 'zod'
import { AppError, type FieldError, invalid } from './errors.ts'
import { documented, documents, problemSpec, schemaOf } from './openapi.ts'

type Location = FieldError['location']
interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

const fieldErrors = (location: Location, issues: readonly Issue[]): FieldError[] =>
  issues.map(({ path, message }) => ({ location, field: path.map(String).join('.'), message }))

const failOn =
  (location: Location) =>
  (result: { success: boolean; error?: { issues: readonly Issue[] } }): void => {
    if (!result.success) throw invalid(fieldErrors(location, result.error?.issues ?? []))
  }

// A missing field is said in plain words; zod's own text is about types.
z.config({
  customError: issue =>
    issue.code === 'invalid_type' && issue.input === undefined ? 'is required' : undefined,
})

/** A field's message for a value that is there; one that is missing "is required". */
export const whenGiven =
  (message: string) =>
  ({ input }: { readonly input?: unknown }): string | undefined =>
    input === undefined ? undefined : message

/** Text that PostgreSQL can hold, as a value and in a comparison: anything without a NUL character. */
export const storable = z
  .string()
  .refine(text => !text.includes('\0'), 'must not hold a NUL character')

const BODY_PROBLEMS = {
  400: problemSpec('The body is not JSON'),
  413: problemSpec('The body is larger than 100 KiB'),
  415: problemSpec('The body is not application/json'),
  422: problemSpec('Fields are not valid; `errors` lists each'),
}

/** Validates a JSON body: 415 for another content type, 400 for what is not JSON, 422 with every failing field. */
export function body<T extends z.ZodType>(type: T) {
  const validate = zValidator('json', type, failOn('body'))
  const checked: typeof validate = (c, next) => {
    requireJson(c.req.header('content-type'))
    return validate(c, next)
  }
  return documented(checked, () => {
    const { schema, schemas } = schemaOf(type, 'input')
    return {
      requestBody: { required: true, content: { 'application/json': { schema } } },
      responses: BODY_PROBLEMS,
      'x-schemas': schemas,
    }
  })
}

const PARAMETER_PROBLEMS = {
  422: problemSpec('Parameters are not valid; `errors` lists each'),
}

function requireJson(contentType: string | undefined): void {
  if (contentType !== undefined && /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType))
    return
  const given = contentType === undefined ? 'no Content-Type' : `"${contentType.slice(0, 100)}"`
  throw new AppError('unsupported_media_type', 415, `Send application/json, not ${given}`)
}

/** Validates the query string. Parameters that the schema does not name are ignored. */
export function query<T extends z.ZodObject>(type: T) {
  return documented(zValidator('query', type, failOn('query')), () => ({
    parameters: parametersOf(type, 'query'),
    responses: PARAMETER_PROBLEMS,
  }))
}

export function params<T extends z.ZodObject>(type: T) {
  return documented(zValidator('param', type, failOn('path')), () => ({
    parameters: parametersOf(type, 'path'),
    responses: PARAMETER_PROBLEMS,
  }))
}

function parametersOf(type: z.ZodObject, location: 'query' | 'path') {
  const { schema } = schemaOf(type, 'input') as {
    schema: { properties?: Record<string, object>; required?: string[] }
  }
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: location,
    required: location === 'path' || (schema.required ?? []).includes(name),
    schema: property,
  }))
}

export interface AnswerSpec {
  description?: string
  headers?: Record<string, object>
}

export const answerSpec = (
  status: number,
  type: z.ZodType,
  { description, headers }: AnswerSpec = {},
) => {
  const { schema, schemas } = schemaOf(type, 'output')
  const content = { 'application/json': { schema } }
  return {
    responses: {
      [status]: { description: description ?? 'Done', content, ...(headers && { headers }) },
    },
    'x-schemas': schemas,
  }
}

interface Answering<T extends z.ZodType> {
  Variables: { answer: (value: z.input<T>) => Response }
}

/**
 * Gives the handler `c.var.answer(value)`: checked against `type` by the compiler and cut to it at run time, so that a
 * field which the schema does not name can't leak.
 */
export const answers = <T extends z.ZodType>(status: 200 | 201 | 202, type: T, spec?: AnswerSpec) =>
  documented(
    createMiddleware<Answering<T>>((c, next) => {
      c.set('answer', value => c.json(type.parse(value) as object, status))
      return next()
    }),
    () => answerSpec(status, type, spec),
  )

/** Documents an answer that the handler writes itself, as hot paths do. */
export const documentsAnswer = (status: number, type: z.ZodType, spec?: AnswerSpec) =>
  documents(() => answerSpec(status, type, spec))

/** Documents path parameters that the handler checks itself, as hot paths do with `uuidParam`. */
export const documentsParams = (type: z.ZodObject) =>
  documents(() => ({ parameters: parametersOf(type, 'path'), responses: PARAMETER_PROBLEMS }))

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export const isUuid = (value: string): boolean => UUID.test(value)

/** A path parameter that must be a UUID, in lower case. @throws {AppError} 422 */
export function uuidParam(value: string, name: string): string {
  if (isUuid(value)) return value.toLowerCase()
  throw invalid([{ location: 'path', field: name, message: 'must be a UUID' }])
}

interface AnsweringNothing {
  Variables: { done: () => Response }
}

/** Gives the handler `c.var.done()`: 204 without a body. */
export const answersNothing = () =>
  documented(
    createMiddleware<AnsweringNothing>((c, next) => {
      c.set('done', () => c.body(null, 204))
      return next()
    }),
    { responses: { 204: { description: 'Done' } } },
  )

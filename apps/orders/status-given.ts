import { createMiddleware } from 'hono/factory'
import { AppError, invalid } from '../shared/http/errors.ts'
import { documented, problemSpec, schemaOf } from '../shared/http/openapi.ts'
import type { Status } from './order.ts'
import { StatusChange } from './schemas.ts'

/** The new status, as query parameter like in the reference or as JSON body; both must say the same. */
export const statusGiven = () =>
  documented(
    createMiddleware<{ Variables: { status: Status } }>(async (c, next) => {
      const inQuery = c.req.query('status')
      const body = await c.req.text()
      const given = [
        ...(inQuery === undefined ? [] : [read('query', { status: inQuery })]),
        ...(body === '' ? [] : [read('body', parsed(body))]),
      ]
      const [status, other] = given
      if (status === undefined) throw wrong('query', 'is required, here or in a JSON body')
      if (other !== undefined && other !== status)
        throw wrong('body', `is ${other}, but the query says ${status}`)
      c.set('status', status)
      return next()
    }),
    documentation,
  )

function documentation() {
  const { schema, schemas } = schemaOf(StatusChange, 'input')
  return {
    parameters: [
      {
        name: 'status',
        in: 'query',
        required: false,
        schema: schemaOf(StatusChange.shape.status, 'input').schema,
        description: 'The new status, unless the body has it',
      },
    ],
    requestBody: { required: false, content: { 'application/json': { schema } } },
    responses: {
      400: problemSpec('The body is not JSON'),
      422: problemSpec('No status, or one that does not exist'),
    },
    'x-schemas': schemas,
  }
}

function read(location: 'query' | 'body', value: unknown): Status {
  const result = StatusChange.safeParse(value)
  if (result.success) return result.data.status
  throw wrong(location, result.error.issues.map(({ message }) => message).join(', '))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new AppError('malformed_body', 400, 'The body is not valid JSON', { cause: error })
  }
}

const wrong = (location: 'query' | 'body', message: string): AppError =>
  invalid([{ location, field: 'status', message }])

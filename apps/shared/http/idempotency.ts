import { createHash } from 'node:crypto'
import type { EntityManager } from '@mikro-orm/postgresql'
import { createMiddleware } from 'hono/factory'
import type { Caller } from '../auth/auth.ts'
import type { Database } from '../database/database.ts'
import { isDuplicate } from '../database/database-errors.ts'
import { AppError } from './errors.ts'
import { documented, problemSpec } from './openapi.ts'

/** What a use case does with the key of its request. */
export interface Idempotency {
  /**
   * A UUID made of caller, route and key: as the id of what is created it lets a retry after a crash find what the
   * first try left elsewhere (a reservation, a charge).
   */
  readonly id: string
  /** Caller, route, key and fingerprint, for `rememberSql` in a statement of one's own. */
  readonly columns: readonly string[]
  /**
   * Notes that the effect has begun, when it takes several transactions: another body under this key is refused from
   * then on, the same one is let through again.
   */
  claim: (em: EntityManager) => Promise<void>
  /**
   * Stores the answer in the transaction of the effect. A concurrent twin waits here for the first, is rolled back and
   * answers what the first one stored.
   * @param body what is sent, or its JSON text
   */
  remember: (em: EntityManager, status: 200 | 201, body: object | string) => Promise<void>
}

interface WithKey {
  Variables: { caller: Caller; idempotency: Idempotency }
}

const HEADER = 'Idempotency-Key'
const REPLAYED = 'Idempotency-Replayed'
/** Visible ASCII, as header values go through every proxy. */
const KEY = /^[\x21-\x7e]{1,255}$/
const KEPT_HOURS = 24

const SPEC = {
  parameters: [
    {
      name: HEADER,
      in: 'header' as const,
      required: true,
      description: `Made by the client, one for each thing that it wants: a retry with the same key and body has no second effect and gets the same answer, for ${KEPT_HOURS} hours`,
      schema: { type: 'string' as const, minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
    },
  ],
  responses: {
    400: problemSpec(`${HEADER} is missing or not 1 to 255 visible characters`),
    422: problemSpec(`Fields are not valid, or the ${HEADER} was used with another body`),
  },
}

/**
 * For a POST that makes money or orders, after the middleware that knows the caller. What the handler throws is not
 * stored: a retry with the same key tries anew.
 */
export function idempotent(database: Database) {
  return documented(
    createMiddleware<WithKey>(async (c, next) => {
      const request = {
        caller: c.var.caller.id,
        route: `${c.req.method} ${c.req.path}`,
        key: keyOf(c.req.header(HEADER)),
        fingerprint: fingerprintOf(await c.req.text()),
      }
      const replay = async () => answerOf(await stored(database, request), request)
      const answer = await replay()
      if (answer) return answer
      c.set('idempotency', idempotencyOf(request))
      await next()
      // Whatever stopped this one (the key's row, the created row): a twin that was faster has the answer.
      const twin = c.error && (await replay())
      if (twin) c.res = twin
      return undefined
    }),
    SPEC,
  )
}

interface KeyedRequest {
  caller: string
  route: string
  key: string
  /** Hexadecimal. */
  fingerprint: string
}

function keyOf(given: string | undefined): string {
  if (given !== undefined && KEY.test(given)) return given
  throw new AppError(
    'idempotency_key_required',
    400,
    given === undefined
      ? `Send the header ${HEADER}: 1 to 255 visible characters, new for each thing that you want, the same for its retries`
      : `The header ${HEADER} must be 1 to 255 visible ASCII characters`,
  )
}

/** Of the JSON, so that spaces do not matter. */
function fingerprintOf(body: string): string {
  let text = body
  try {
    text = JSON.stringify(JSON.parse(body))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error // what is no JSON is refused by whoever reads it
  }
  return createHash('sha256').update(text).digest('hex')
}

interface Stored {
  fingerprint: string
  status: number | null
  answer: string | null
}

async function stored(database: Database, request: KeyedRequest): Promise<Stored | undefined> {
  const [row] = await database.rows<Stored>(
    {
      name: 'idempotency-key',
      text: `select encode(fingerprint, 'hex') as fingerprint, status, answer from idempotency_keys
        where caller = $1 and route = $2 and key = $3`,
    },
    [request.caller, request.route, request.key],
  )
  return row
}

/** Undefined when there is nothing to replay. @throws {AppError} 422 for another body */
function answerOf(row: Stored | undefined, request: KeyedRequest): Response | undefined {
  if (!row) return undefined
  if (row.fingerprint !== request.fingerprint) throw keyReused()
  if (row.status === null) return undefined
  return new Response(row.answer, {
    status: row.status,
    headers: { 'Content-Type': 'application/json', [REPLAYED]: 'true' },
  })
}

const keyReused = (cause?: unknown): AppError =>
  new AppError(
    'idempotency_key_reused',
    422,
    `This ${HEADER} was used for something else; use a new one`,
    { cause },
  )

const CLAIM = `
  insert into idempotency_keys (caller, route, key, fingerprint)
  values (?, ?, ?, decode(?, 'hex')) on conflict do nothing`
const REMEMBER = `
  insert into idempotency_keys (caller, route, key, fingerprint, status, answer)
  values (?, ?, ?, decode(?, 'hex'), ?, ?)
  on conflict (caller, route, key) do update set status = excluded.status, answer = excluded.answer
    where idempotency_keys.status is null
      and idempotency_keys.fingerprint = excluded.fingerprint
  returning status`

/**
 * SQL of `remember` as a part of another statement, which has to find out by itself that a twin was faster: by what it
 * inserts under `Idempotency.id`, and before this.
 * @param first number of the first of four parameters, which are `Idempotency.columns`
 * @param answer a select of no or one row, the answer's text
 */
export const rememberSql = (first: number, status: 200 | 201, answer: string): string => `
  insert into idempotency_keys (caller, route, key, fingerprint, status, answer)
  select $${first}::uuid, $${first + 1}, $${first + 2}, decode($${first + 3}, 'hex'), ${status}, given.answer
  from (${answer}) given (answer)`

function idempotencyOf(request: KeyedRequest): Idempotency {
  const { caller, route, key, fingerprint } = request
  const columns = [caller, route, key, fingerprint]
  return {
    id: uuidOf(`${caller}\n${route}\n${key}`),
    columns,
    claim: async em => void (await em.execute(CLAIM, columns)),
    remember: async (em, status, body) => {
      const answer = typeof body === 'string' ? body : JSON.stringify(body)
      const rows: unknown[] = await em.execute(REMEMBER, [...columns, status, answer])
      if (rows.length === 0)
        throw new AppError('idempotency_key_in_use', 409, `This ${HEADER} was just answered`)
    },
  }
}

/** RFC 9562, version 8: the bits are ours. */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/**
 * Runs what creates a row whose id is `Idempotency.id`. A key that is used again after it was forgotten meets the row
 * that it made.
 * @param primaryKey name of the constraint
 * @throws {AppError} 422 then
 */
export async function creating<T>(primaryKey: string, create: () => Promise<T>): Promise<T> {
  try {
    return await create()
  } catch (error) {
    if (isDuplicate(error, primaryKey)) throw keyReused(error)
    throw error
  }
}

/** For `prune` of `startEvents`. */
export async function pruneIdempotencyKeys(database: Database): Promise<number> {
  const { length } = await database.rows(
    `delete from idempotency_keys where (caller, route, key) in (
      select caller, route, key from idempotency_keys
      where created_at < now() - interval '${KEPT_HOURS} hours'
      order by created_at limit 1000 for update skip locked) returning key`,
    [],
  )
  return length === 1000 ? length + (await pruneIdempotencyKeys(database)) : length
}

import { isDeepStrictEqual } from 'node:util'
import { compareOpenApi } from 'api-smart-diff'
import type { OpenApiDocument } from '../snapshot/snapshot.ts'
import { saidOf } from './said-of.ts'

export interface ApiChange {
  /** `GET /orders/{order_id}` */
  operation: string
  breaking: boolean
  /** What is another, such as: answer 200: `note` removed */
  said: string
}

type Documents = Readonly<Record<string, OpenApiDocument>>
/** As much of a difference as the library tells. */
export interface Difference {
  type: string
  action: string
  path: readonly (string | number)[]
  before?: unknown
  after?: unknown
}

/**
 * What clients notice between two revisions of all services' OpenAPI 3.1 documents: `breaking` is what a client of the
 * earlier one would trip over. An operation may move from one service to another.
 */
export function apiChanges(before: Documents, after: Documents): ApiChange[] {
  const differs = ([service]: [string, OpenApiDocument]) =>
    !isDeepStrictEqual(before[service], after[service])
  const [old, now] = [before, after].map(documents =>
    joined(Object.fromEntries(Object.entries(documents).filter(differs))),
  ) as [OpenApiDocument, OpenApiDocument]
  const differences: Difference[] = compareOpenApi(old, now).diffs
  const changes = differences.flatMap(difference => {
    const [section, path, method] = difference.path
    // A path without any is one whose parameter has another name: clients send the value and not the name.
    if (section !== 'paths' || path === undefined || difference.type === 'annotation') return []
    const methods = method === undefined ? methodsOf(difference) : [String(method)]
    const breaking = isBreaking(difference) || isRefused(difference, now)
    return methods.map(one =>
      changeOf(named(difference, old, now), `${one.toUpperCase()} ${String(path)}`, breaking),
    )
  })
  return withoutRepeats(changes.filter(change => change !== undefined))
}

function changeOf(
  difference: Difference,
  operation: string,
  breaking: boolean,
): ApiChange | undefined {
  const said = saidOf(difference)
  return said === undefined ? undefined : { operation, breaking, said: said.replaceAll('`', "'") }
}

/** A whole path that came or went: its methods. */
const methodsOf = ({ before, after }: Difference): string[] => Object.keys(before ?? after ?? {})

type Parameters = readonly { name?: string; in?: string }[] | undefined

/** Parameters by their names: the library counts them. */
function named(difference: Difference, ...documents: readonly OpenApiDocument[]): Difference {
  const [, path, method, section, index, ...rest] = difference.path
  if (section !== 'parameters' || rest.length === 0) return difference
  for (const { paths } of documents) {
    const operations = paths as Record<string, Record<string, { parameters?: Parameters }>>
    const found = operations[String(path)]?.[String(method)]?.parameters?.[Number(index)]
    if (!found) continue
    const name = `${found.in} parameter '${found.name}'`
    return { ...difference, path: [...difference.path.slice(0, 4), name, ...rest] }
  }
  return difference
}

/** Not what the library says of errors that end: nobody needs a failure to happen. */
const isBreaking = ({ type, action, path }: Difference): boolean =>
  type === 'breaking' &&
  !(action === 'remove' && path[3] === 'responses' && path.length === 5 && isError(path[4]))

/** A property that may no longer be sent, where a schema takes no other than its own. */
function isRefused({ action, path }: Difference, now: OpenApiDocument): boolean {
  if (action !== 'remove' || path[3] !== 'requestBody' || path.at(-2) !== 'properties') return false
  const owner = path.slice(0, -2).reduce<unknown>((value, key) => inside(value, now)?.[key], now)
  return inside(owner, now)?.['additionalProperties'] === false
}

/** What a value holds, behind its reference if it is one. */
function inside(value: unknown, document: OpenApiDocument): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { $ref } = value as { $ref?: unknown }
  if (typeof $ref !== 'string') return value as Record<string, unknown>
  const keys = $ref.split('/').slice(1)
  return keys.reduce<unknown>((part, key) => (part as Record<string, unknown>)?.[key], document) as
    | Record<string, unknown>
    | undefined
}

const isError = (status: string | number | undefined): boolean => Number(status) >= 400

/** A property that went was also required: one line is enough. */
function withoutRepeats(changes: readonly ApiChange[]): ApiChange[] {
  const seen = new Set<string>()
  return changes
    .filter(({ operation, said }) => {
      const key = `${operation} ${said}`
      const isNew = !seen.has(key)
      seen.add(key)
      return isNew
    })
    .filter(({ operation, said }, _, all) => {
      const property = /^(.*) is not in every one any more$/.exec(said)?.[1]
      return !all.some(one => one.operation === operation && one.said === `${property} removed`)
    })
    .sort((a, b) => Number(b.breaking) - Number(a.breaking) || (a.operation < b.operation ? -1 : 1))
}

/** One document of all operations; components keep apart by their service's name. */
function joined(documents: Documents): OpenApiDocument {
  const paths: OpenApiDocument = {}
  const schemas: OpenApiDocument = {}
  for (const [service, document] of Object.entries(documents)) {
    const own = JSON.parse(
      JSON.stringify(document).replaceAll(
        '"#/components/schemas/',
        `"#/components/schemas/${service}.`,
      ),
    ) as { paths?: OpenApiDocument; components?: { schemas?: OpenApiDocument } }
    for (const [path, operations] of Object.entries(own.paths ?? {}))
      paths[path] = { ...(paths[path] as object), ...(operations as object) }
    for (const [name, schema] of Object.entries(own.components?.schemas ?? {}))
      schemas[`${service}.${name}`] = schema
  }
  const info = { title: 'all', version: '0' }
  return { openapi: '3.1.0', info, paths, components: { schemas } }
}

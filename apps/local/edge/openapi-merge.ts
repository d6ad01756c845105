import { isDeepStrictEqual } from 'node:util'
import { withUsedComponents } from './openapi-used.ts'
import type { Router, Target } from './routing.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Section = Record<string, Json>
type Operation = { operationId?: string; security?: Json; [key: string]: Json | undefined }

/** As much of an OpenAPI 3.1 document as merging has to know. */
export interface OpenApi {
  openapi: string
  info: { title: string; version: string; description?: string }
  servers?: { url: string }[]
  security?: Json
  tags?: { name: string; description?: string }[]
  paths?: Record<string, Record<string, Operation>>
  components?: Record<string, Section>
}

export interface ServiceDocument {
  target: Target
  document: OpenApi
}

/**
 * One document for all services, with only what the edge routes and what that refers to. Components of the same name and content become one;
 * where the content differs, each gets its service's name in front.
 */
export function mergeOpenApi(
  documents: readonly ServiceDocument[],
  publicUrl: string,
  route: Router,
): OpenApi {
  const separate = separateComponents(
    documents.map(withPublicPaths(route, repeatedOperationIds(documents))),
  )
  return {
    openapi: '3.1.0',
    info: {
      title: 'Shop API',
      version: documents[0]?.document.info.version ?? '0',
      description: documents
        .map(({ target }) => `- **${target.manifest.name}**: ${target.manifest.description}`)
        .join('\n'),
    },
    servers: [{ url: publicUrl }],
    tags: documents.map(({ target: { manifest } }) => ({
      name: manifest.name,
      description: manifest.description,
    })),
    paths: Object.assign(
      {},
      ...separate.map(({ document }) => document.paths ?? {}),
    ) as NonNullable<OpenApi['paths']>,
    components: mergedComponents(separate),
  }
}

/** Ids are unique in one document, not across them. */
function repeatedOperationIds(documents: readonly ServiceDocument[]): Set<string> {
  const ids = documents.flatMap(({ document }) =>
    Object.values(document.paths ?? {}).flatMap(operations =>
      Object.values(operations).flatMap(({ operationId }) => operationId ?? []),
    ),
  )
  return new Set(ids.filter((id, index) => ids.indexOf(id) !== index))
}

const withPublicPaths =
  (route: Router, repeated: Set<string>) =>
  ({ target, document }: ServiceDocument): ServiceDocument => {
    const paths: NonNullable<OpenApi['paths']> = {}
    for (const [path, operations] of Object.entries(document.paths ?? {})) {
      if (route(path) !== target) continue
      paths[path] = Object.fromEntries(
        Object.entries(operations).map(([method, operation]) => [
          method,
          inShared(operation, target.manifest.name, document.security, repeated),
        ]),
      )
    }
    return { target, document: withUsedComponents({ ...document, paths }) }
  }

/** What holds for a whole document must be said at each operation once documents are one. */
function inShared(
  operation: Operation,
  service: string,
  security: Json | undefined,
  repeated: Set<string>,
): Operation {
  const { operationId } = operation
  if (Array.isArray(operation)) return operation // `parameters` of all methods of a path
  return {
    tags: [service],
    ...(security !== undefined && { security }),
    ...operation,
    ...(operationId !== undefined &&
      repeated.has(operationId) && { operationId: `${service}_${operationId}` }),
  }
}

/** Renames until each name means one thing. A rename changes who refers to it, which may then differ in turn. */
function separateComponents(documents: readonly ServiceDocument[]): ServiceDocument[] {
  let current = [...documents]
  for (;;) {
    const clashes = clashingNames(current)
    if (clashes.size === 0) return current
    current = current.map(({ target, document }) => ({
      target,
      document: renameComponents(document, clashes, pascalCase(target.manifest.name)),
    }))
  }
}

/** `section/name` of components that have the same name and not the same content. */
function clashingNames(documents: readonly ServiceDocument[]): Set<string> {
  const seen = new Map<string, Json>()
  const clashes = new Set<string>()
  for (const { document } of documents)
    for (const [section, components] of Object.entries(document.components ?? {}))
      for (const [name, content] of Object.entries(components)) {
        const key = `${section}/${name}`
        if (seen.has(key) && !isDeepStrictEqual(seen.get(key), content)) clashes.add(key)
        seen.set(key, content)
      }
  return clashes
}

function renameComponents(document: OpenApi, clashes: Set<string>, prefix: string): OpenApi {
  const components = Object.fromEntries(
    Object.entries(document.components ?? {}).map(([section, members]) => [
      section,
      Object.fromEntries(
        Object.entries(members).map(([name, content]) => [
          clashes.has(`${section}/${name}`) ? `${prefix}${name}` : name,
          content,
        ]),
      ),
    ]),
  )
  const text = JSON.stringify({ ...document, components }, (key, value: unknown) => {
    if (key === '$ref' && typeof value === 'string') return renameReference(value, clashes, prefix)
    if (key === 'security') return renameSchemes(value as Json, clashes, prefix)
    return value
  })
  return JSON.parse(text) as OpenApi
}

function renameReference(reference: string, clashes: Set<string>, prefix: string): string {
  const [, section, name, rest = ''] =
    /^#\/components\/([^/]+)\/([^/]+)(\/.*)?$/.exec(reference) ?? []
  return section !== undefined && clashes.has(`${section}/${name}`)
    ? `#/components/${section}/${prefix}${name}${rest}`
    : reference
}

/** Security requirements name their schemes by key, not by reference. */
function renameSchemes(security: Json, clashes: Set<string>, prefix: string): Json {
  if (!Array.isArray(security)) return security
  return security.map(requirement =>
    Object.fromEntries(
      Object.entries(requirement as Section).map(([name, scopes]) => [
        clashes.has(`securitySchemes/${name}`) ? `${prefix}${name}` : name,
        scopes,
      ]),
    ),
  )
}

function mergedComponents(documents: readonly ServiceDocument[]): Record<string, Section> {
  const merged: Record<string, Section> = {}
  for (const { document } of documents)
    for (const [section, components] of Object.entries(document.components ?? {}))
      merged[section] = { ...merged[section], ...components }
  return merged
}

const pascalCase = (name: string): string =>
  name.replaceAll(/(^|-)([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase())

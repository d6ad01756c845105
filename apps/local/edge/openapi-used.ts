import type { OpenApi } from './openapi-merge.ts'

/** The document without components that nothing in its paths leads to: those of operations that were left out. */
export function withUsedComponents(document: OpenApi): OpenApi {
  const { components = {}, paths, security } = document
  const used = new Set<string>()
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, part] of Object.entries(value)) {
      if (key === '$ref' && typeof part === 'string')
        mark(/^#\/components\/([^/]+\/[^/]+)/.exec(part)?.[1])
      else if (key === 'security')
        for (const name of schemesIn(part)) mark(`securitySchemes/${name}`)
      else look(part)
    }
  }
  const mark = (name: string | undefined) => {
    if (name === undefined || used.has(name)) return
    used.add(name)
    const [section = '', key = ''] = name.split('/')
    look(components[section]?.[key])
  }
  look({ paths, security })
  const kept = Object.entries(components).map(([section, members]) => [
    section,
    Object.fromEntries(Object.entries(members).filter(([name]) => used.has(`${section}/${name}`))),
  ])
  return { ...document, components: Object.fromEntries(kept) as NonNullable<typeof components> }
}

/** Security requirements name their schemes by key, not by reference. */
const schemesIn = (security: unknown): string[] =>
  Array.isArray(security) ? security.flatMap((requirement: object) => Object.keys(requirement)) : []

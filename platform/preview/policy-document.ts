import { isWire, type Wire } from './sdk.ts'

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** AWS writes a single value without a list. */
const oneOrMany = (values: readonly unknown[]): unknown =>
  values.length === 1 ? values[0] : values

/** What `aws.iam.getPolicyDocument` answers: the statements as IAM's JSON. Merging documents is not known here. */
export function policyDocument({ statements, version, policyId, ...more }: Wire): Wire {
  const merging = Object.keys(more).filter(key => key.endsWith('PolicyDocuments'))
  if (merging.length > 0)
    throw new Error(
      `getPolicyDocument with ${merging.join(', ')} is not known to the offline preview; write the statements out`,
    )
  const document = {
    Version: version ?? '2012-10-17',
    ...(policyId !== undefined && { Id: policyId }),
    Statement: list(statements).filter(isWire).map(statement),
  }
  return {
    id: 'policy',
    json: JSON.stringify(document, null, 2),
    minifiedJson: JSON.stringify(document),
  }
}

function statement(given: Wire): Wire {
  const written: Wire = {
    ...(given['sid'] !== undefined && { Sid: given['sid'] }),
    Effect: given['effect'] ?? 'Allow',
  }
  for (const key of ['Action', 'NotAction', 'Resource', 'NotResource']) {
    const values = list(given[`${key.charAt(0).toLowerCase()}${key.slice(1)}s`])
    if (values.length > 0) written[key] = oneOrMany(values)
  }
  for (const [key, from] of [
    ['Principal', 'principals'],
    ['NotPrincipal', 'notPrincipals'],
  ] as const) {
    const found = list(given[from]).filter(isWire)
    if (found.length > 0) written[key] = principals(found)
  }
  const conditions = list(given['conditions']).filter(isWire)
  if (conditions.length > 0) written['Condition'] = conditionsOf(conditions)
  return written
}

function principals(given: readonly Wire[]): unknown {
  if (given.some(({ type }) => type === '*')) return '*'
  return Object.fromEntries(
    given.map(({ type, identifiers }) => [String(type), oneOrMany(list(identifiers))]),
  )
}

function conditionsOf(given: readonly Wire[]): Record<string, Wire> {
  const tests: Record<string, Wire> = {}
  for (const { test, variable, values } of given)
    tests[String(test)] = { ...tests[String(test)], [String(variable)]: oneOrMany(list(values)) }
  return tests
}

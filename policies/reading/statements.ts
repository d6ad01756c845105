import { NotEvaluated, SECRET } from '../not-evaluated.ts'

/** A statement of an IAM policy, with lists wherever IAM takes one thing or several. */
export interface Statement {
  allows: boolean
  /** `*`, or ARNs, accounts and services by kind; undefined in policies of an identity. */
  principals: readonly string[]
  /** Principals that it is not about. */
  notPrincipals: readonly string[]
  actions: readonly string[]
  notActions: readonly string[]
  resources: readonly string[]
  notResources: readonly string[]
  conditions: readonly Condition[]
}

export interface Condition {
  /** `StringEquals`, as written. */
  operator: string
  /** Lower case, as IAM does not mind: `aws:sourcearn`. */
  key: string
  values: readonly string[]
}

type Json = Readonly<Record<string, unknown>>

/**
 * Reads a policy document, given as text or as an object.
 * @throws NotEvaluated for what is no document, with the property
 */
export function statementsOf(document: unknown, property: string): Statement[] {
  if (document === undefined || document === null || document === '') return []
  const parsed = typeof document === 'string' ? parse(document, property) : document
  if (!isRecord(parsed)) throw new NotEvaluated(property, 'is no policy document')
  return list(parsed['Statement']).filter(isRecord).map(statementOf)
}

function parse(text: string, property: string): unknown {
  if (text === SECRET) throw new NotEvaluated(property, 'is secret')
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new NotEvaluated(property, `is no JSON (${error.message})`)
  }
}

const statementOf = (raw: Json): Statement => ({
  allows: raw['Effect'] === 'Allow',
  principals: principalsOf(raw['Principal']),
  notPrincipals: principalsOf(raw['NotPrincipal']),
  actions: strings(raw['Action']),
  notActions: strings(raw['NotAction']),
  resources: strings(raw['Resource']),
  notResources: strings(raw['NotResource']),
  conditions: conditionsOf(raw['Condition']),
})

const principalsOf = (raw: unknown): string[] =>
  isRecord(raw) ? Object.values(raw).flatMap(strings) : strings(raw)

const conditionsOf = (raw: unknown): Condition[] =>
  isRecord(raw)
    ? Object.entries(raw).flatMap(([operator, keys]) =>
        Object.entries(isRecord(keys) ? keys : {}).map(([key, values]) => ({
          operator,
          key: key.toLowerCase(),
          values: strings(values),
        })),
      )
    : []

/** Keys that say who asks: a statement for everybody is for these alone, if their values are given. */
const NARROWING = new Set([
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceip',
  'aws:sourceorgid',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
  'aws:vpcsourceip',
  'kms:calleraccount',
  's3:dataaccesspointaccount',
])

/** Matches only what it lists, and only where the key is there. */
const POSITIVE =
  /^(?:ForAnyValue:)?(?:String(?:Equals|Like)(?:IgnoreCase)?|Arn(?:Equals|Like)|IpAddress)$/

const narrows = ({ operator, key, values }: Condition): boolean =>
  POSITIVE.test(operator) &&
  NARROWING.has(key) &&
  values.length > 0 &&
  values.every(value => !/^[*:]*$/.test(value) && value !== '0.0.0.0/0' && value !== '::/0')

/** Allows something to everybody in the world. */
export const isPublic = ({ allows, principals, notPrincipals, conditions }: Statement): boolean =>
  allows && (principals.some(isEverybody) || notPrincipals.length > 0) && !conditions.some(narrows)

/** `*`, or any account's root or users: `arn:aws:iam::*:root`. */
const isEverybody = (principal: string): boolean =>
  principal === '*' || /^arn:aws[\w-]*:(?:iam|sts)::\*:/.test(principal)

/** Whether a statement is about an action, wildcards on either side. */
export const isAbout = ({ actions, notActions }: Statement, action: string): boolean =>
  notActions.length > 0
    ? !notActions.some(pattern => like(pattern, action))
    : actions.some(pattern => like(pattern, action))

/** As IAM compares actions: `*` is any text, case does not matter. */
export const like = (pattern: string, text: string): boolean => {
  const literal = pattern
    .split('*')
    .map(part => part.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('?', '.'))
  return new RegExp(`^${literal.join('.*')}$`, 'i').test(text)
}

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value]

const strings = (value: unknown): string[] => list(value).filter(item => typeof item === 'string')

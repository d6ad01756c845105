import type { Known } from './aws-inputs.ts'
import type { Resource, ResourceOf } from './resource.ts'
import type { StackView } from './stack-view.ts'

/** As AWS Security Hub grades its controls. */
export type Severity = 'critical' | 'high' | 'medium' | 'low'

/** What is wrong with one resource. */
export interface Finding {
  /** Path of the property to look at: `storageEncrypted`. */
  property: string
  /** What is wrong with its value: `is not set`. */
  problem: string
  /** The line to write. */
  fix: string
}

/**
 * A check of one control. Several rules may serve one control, each for other types; a control holds for a resource when
 * none of its rules finds something.
 *
 * A check that can not decide throws {@link NotEvaluated}; the guarded inputs do so by themselves for an unknown value.
 */
export interface Rule {
  /** Id of the control: `RDS.3` of AWS Security Hub, `Shop.1` of our own. */
  readonly control: string
  /** What holds where the control is kept. */
  readonly title: string
  readonly severity: Severity
  /** What can happen where it is not. */
  readonly why: string
  /** Where AWS says how to put it right. */
  readonly remediation: string
  readonly types: readonly string[]
  /** Needs more than the resource itself: checked once everything is declared. */
  readonly seesStack: boolean
  /** Only the offline check has what it needs, such as prices. */
  readonly offlineOnly: boolean
  /** False where the control has nothing to say about this resource. */
  applies(resource: Resource, stack: StackView): boolean
  check(resource: Resource, stack: StackView): Finding | undefined
}

interface Definition {
  control: string
  title: string
  severity: Severity
  why: string
  /** @default AWS's text on the control */
  remediation?: string
}

interface OwnDefinition<R> extends Definition {
  applies?: (resource: R) => boolean
  check: (resource: R) => Finding | undefined
}

interface StackDefinition<R> extends Definition {
  offlineOnly?: boolean
  applies?: (resource: R, stack: StackView) => boolean
  check: (resource: R, stack: StackView) => Finding | undefined
}

/** A rule that looks at one resource alone: in the engine it stops that resource from being made. */
export function rule<T extends string>(
  types: Known<T> | readonly Known<T>[],
  definition: OwnDefinition<ResourceOf<T>>,
): Rule {
  return { ...built<T>(types, definition), seesStack: false }
}

/** A rule that looks at other resources as well. */
export function stackRule<T extends string>(
  types: Known<T> | readonly Known<T>[],
  definition: StackDefinition<ResourceOf<T>>,
): Rule {
  return { ...built<T>(types, definition), seesStack: true }
}

// The one place where a type's name stands for the shape of its inputs.
function built<T extends string>(
  types: string | readonly string[],
  { applies = () => true, offlineOnly = false, ...definition }: StackDefinition<ResourceOf<T>>,
): Omit<Rule, 'seesStack'> {
  const of = (resource: Resource) => resource as ResourceOf<T>
  return {
    remediation: remediationOf(definition.control),
    offlineOnly,
    ...definition,
    types: [types].flat(),
    applies: (resource, stack) => applies(of(resource), stack),
    check: (resource, stack) => definition.check(of(resource), stack),
  }
}

const HUB = 'https://docs.aws.amazon.com/securityhub/latest/userguide/'

/** AWS's page on a control: one for each service, a heading for each control. */
export function remediationOf(control: string): string {
  const id = control.toLowerCase()
  return `${HUB}${id.split('.')[0]}-controls.html#${id.replace('.', '-')}`
}

/** A finding on a property: what its value is, and the line to write. */
export const fail = (property: string, problem: string, fix: string): Finding => ({
  property,
  problem,
  fix,
})

/** The value of a property in words. */
export const shown = (value: unknown): string =>
  value === undefined || value === null ? 'is not set' : `is ${JSON.stringify(value)}`

/**
 * Wants a property to have a value, or one that a test accepts.
 * @param fix the line to write, where it is not `property: value`
 */
export function wants<I extends object, K extends keyof I & string>(
  inputs: I,
  property: K,
  wanted: I[K] | ((value: I[K] | undefined) => boolean),
  fix?: string,
): Finding | undefined {
  const value = inputs[property]
  const holds =
    typeof wanted === 'function'
      ? (wanted as (value: I[K] | undefined) => boolean)(value)
      : value === wanted
  if (holds) return undefined
  return fail(property, shown(value), fix ?? `${property}: ${JSON.stringify(wanted)}`)
}

import { EVERY, STACK } from './aws-inputs.ts'
import { guarded, NotEvaluated } from './not-evaluated.ts'
import type { Resource } from './resource.ts'
import type { Finding, Rule } from './rule.ts'
import { type StackFacts, StackView } from './stack-view.ts'

/** What one rule said of one resource. */
export type Outcome = { readonly rule: Rule; readonly resource: Resource } & (
  | { readonly verdict: 'passed' }
  | { readonly verdict: 'failed'; readonly finding: Finding }
  | { readonly verdict: 'unknown'; readonly reason: NotEvaluated }
)

/** Asks every rule about every resource of its types. What can not be decided is an outcome of its own, never a pass. */
export function evaluate(rules: readonly Rule[], facts: StackFacts): Outcome[] {
  const stack = viewOf(facts)
  return rules.flatMap(rule =>
    subjectsOf(rule, stack).flatMap(resource => outcomeOf(rule, resource, stack) ?? []),
  )
}

/** The view that rules see: reading what is unknown throws. */
export const viewOf = (facts: StackFacts): StackView =>
  new StackView({
    ...facts,
    resources: facts.resources.map(resource => ({ ...resource, inputs: guarded(resource.inputs) })),
  })

/** @returns undefined where the control does not apply to the resource */
export function outcomeOf(rule: Rule, resource: Resource, stack: StackView): Outcome | undefined {
  try {
    if (!rule.applies(resource, stack)) return undefined
    const finding = rule.check(resource, stack)
    return finding
      ? { rule, resource, verdict: 'failed', finding }
      : { rule, resource, verdict: 'passed' }
  } catch (reason) {
    if (!(reason instanceof NotEvaluated)) throw reason
    return { rule, resource, verdict: 'unknown', reason }
  }
}

/** A type that a rule is about. */
export const isSubject = ({ types }: Rule, resource: Resource): boolean =>
  types.includes(resource.type) || (types.includes(EVERY) && isOfAws(resource))

/** `urn:pulumi:dev::shop::shop:platform:Database$aws:rds/instance:Instance::db` */
const isOfAws = ({ urn }: Resource): boolean => /[:$]aws:[^:$]+:[^:$]+::/.test(urn)

function subjectsOf({ types }: Rule, stack: StackView): readonly Resource[] {
  if (types.includes(STACK)) return [stackItself(stack)]
  if (types.includes(EVERY)) return stack.resources.filter(one => isOfAws(one) && !one.foreign)
  return types.flatMap(type => stack.all(type as never))
}

export const stackItself = ({ project, stack }: StackView): Resource => ({
  urn: `urn:pulumi:${stack}::${project}::pulumi:pulumi:Stack::${project}-${stack}`,
  type: STACK,
  name: stack,
  parent: '',
  provider: '',
  inputs: {},
  outputs: {},
  sources: {},
  foreign: false,
})

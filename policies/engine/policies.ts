import type {
  ReportViolation,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from '@pulumi/policy'
import { evaluate, isSubject, type Outcome, outcomeOf, viewOf } from '../evaluate.ts'
import { early, explain } from '../explain.ts'
import { guarded } from '../not-evaluated.ts'
import type { Resource } from '../resource.ts'
import type { Rule } from '../rule.ts'
import { StackView } from '../stack-view.ts'
import { judge } from '../verdict.ts'
import type { Waiver } from '../waiver.ts'
import { declaredResource, stackFacts } from './from-engine.ts'

type EnginePolicy = ResourceValidationPolicy & Partial<StackValidationPolicy>

export interface PolicyArgs {
  rules: readonly Rule[]
  /** Ids of controls that must answer besides those of the rules: the table, which a lost file does not shorten. @default none */
  expected?: readonly string[]
  waivers: readonly Waiver[]
  /** Such as 2026-12-31. */
  today: string
}

/** Says when a part of the rules did not answer. */
export const SELF_CHECK = 'Shop.SelfCheck'

/**
 * One policy for each control. Rules that look at one resource stop it from being made; the others see the stack at the
 * end. A control that could not be decided is reported as a warning that names the property.
 */
export function policiesOf({ rules, expected = [], waivers, today }: PolicyArgs): EnginePolicy[] {
  const evaluated = rules.filter(({ offlineOnly }) => !offlineOnly)
  const byControl = Map.groupBy(evaluated, ({ control }) => control)
  const declared = new Map<string, Resource>()
  const answered = new Set<string>()
  const controls = [...byControl].map(([control, of]): EnginePolicy => {
    const own = of.filter(({ seesStack }) => !seesStack)
    const cross = of.filter(({ seesStack }) => seesStack)
    return {
      ...described(control, of),
      ...(own.length > 0 && {
        validateResource: (args, report) => {
          const resource = declaredResource(args)
          const view = { ...resource, inputs: guarded(resource.inputs) }
          const [stack, project] = namesOf(args.urn)
          const alone = new StackView({ project, stack, region: undefined, resources: [view] })
          const outcomes = own
            .filter(rule => isSubject(rule, view))
            .flatMap(rule => outcomeOf(rule, view, alone) ?? [])
          reportAll(report, judge(outcomes, alone, waivers, today).judged, alone)
        },
      }),
      validateStack: (args, report) => {
        const facts = stackFacts(args.resources, declared)
        const view = viewOf(facts)
        const { judged } = judge(evaluate(cross, facts), view, waivers, today)
        reportAll(report, judged, view)
        answered.add(control)
      },
    }
  })
  const all = [...new Set([...byControl.keys(), ...expected])]
  return [...controls, selfCheck(all, declared, answered)]
}

const namesOf = (urn: string): [stack: string, project: string] => {
  const [, stack = '', project = ''] = /^urn:pulumi:(.*?)::(.*?)::/.exec(urn) ?? []
  return [stack, project]
}

function described(control: string, [first]: readonly Rule[]) {
  return {
    name: control,
    description: first?.title ?? control,
    enforcementLevel: 'mandatory' as const,
    ...(first && { severity: first.severity, url: first.remediation }),
  }
}

/** The SDK takes a violation with its own level, and does not publish a type for that. */
type Report = (violation: { message: string; urn: string; enforcementLevel?: 'advisory' }) => void

function reportAll(
  report: ReportViolation,
  judged: ReturnType<typeof judge>['judged'],
  stack: StackView,
): void {
  for (const outcome of judged) {
    if (outcome.verdict === 'passed' || outcome.waiver) continue
    const reported = report as unknown as Report
    const { urn } = outcome.resource
    if (isEarly(outcome))
      reported({ message: early(outcome, stack), urn, enforcementLevel: 'advisory' })
    else reported({ message: explain(outcome, stack), urn })
  }
}

/** Decided once the value exists: in `up`, before the resource itself is made. */
const isEarly = (outcome: Outcome): boolean =>
  outcome.verdict === 'unknown' && outcome.reason.untilCreated

/** A pack that breaks half-way still serves what it has: what did not answer is counted at the end. */
function selfCheck(
  controls: readonly string[],
  declared: Map<string, Resource>,
  answered: Set<string>,
): EnginePolicy {
  return {
    name: SELF_CHECK,
    description: 'Every control of the pack is evaluated',
    enforcementLevel: 'mandatory',
    severity: 'critical',
    validateResource: args => {
      declared.set(args.urn, declaredResource(args))
    },
    validateStack: ({ resources }, report) => {
      const ofAws = resources.filter(({ type }) => type.startsWith('aws:'))
      if (ofAws.length > 0 && !ofAws.some(({ urn }) => declared.has(urn)))
        report(
          `none of ${ofAws.length} resources of AWS was seen before it was made: the engine did not ask`,
        )
      const silent = controls.filter(control => !answered.has(control))
      answered.clear()
      if (silent.length > 0)
        report(
          `${silent.length} of ${controls.length} controls were not evaluated: ${silent.join(', ')}; a control is turned off by a waiver in policies/waivers.ts, not by configuration`,
        )
    },
  }
}

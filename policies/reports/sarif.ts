import type { Resource } from '../resource.ts'
import type { Rule, Severity } from '../rule.ts'
import { explain, said } from '../explain.ts'
import type { Judged, Verdict } from '../verdict.ts'

/** Where the program makes a resource. */
export interface Location {
  /** From the root of the repository, with `/`. */
  file: string
  line: number
}

/** How code scanning shows it. */
const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
}

/** As GitHub sorts alerts: 9 and more is critical, 7 high, 4 medium. */
const SCORES: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.0',
}

/** Where a resource is made; undefined where that is not known, as for stacks read from a file. */
export type Locate = (resource: Resource) => Location | undefined

/** What GitHub wants of a result that belongs to no line: some file. */
const NOWHERE: Location = { file: 'Pulumi.yaml', line: 1 }

/** SARIF 2.1.0: findings, and waived ones as suppressed, for code scanning to show in the pull request. */
export function sarifOf(verdicts: readonly Verdict[], rules: readonly Rule[], locate: Locate) {
  const byControl = [...new Map(rules.map(rule => [rule.control, rule])).values()]
  const indexes = new Map(byControl.map(({ control }, index) => [control, index]))
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'shop-policies',
            informationUri: 'https://docs.aws.amazon.com/securityhub/latest/userguide/',
            rules: byControl.map(ruleOf),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: verdicts.flatMap(verdict =>
          verdict.judged
            .filter(({ verdict: one }) => one !== 'passed')
            .map(outcome => resultOf(outcome, verdict, indexes, locate)),
        ),
      },
    ],
  }
}

const ruleOf = ({ control, title, why, severity, remediation }: Rule) => ({
  id: control,
  shortDescription: { text: title },
  fullDescription: { text: `${title}: else ${why}.` },
  helpUri: remediation,
  help: { text: `${title}. See ${remediation}` },
  defaultConfiguration: { level: LEVELS[severity] },
  properties: { 'security-severity': SCORES[severity], tags: ['security', 'aws'] },
})

function resultOf(
  outcome: Judged,
  { stack }: Verdict,
  indexes: ReadonlyMap<string, number>,
  locate: Locate,
) {
  const { rule, resource, waiver } = outcome
  const { file, line } = locate(resource) ?? NOWHERE
  return {
    ruleId: rule.control,
    ruleIndex: indexes.get(rule.control) ?? -1,
    level: LEVELS[rule.severity],
    message: { text: `${stack.stack}: ${explain(outcome, stack)}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: file, uriBaseId: '%SRCROOT%' },
          region: { startLine: line },
        },
        logicalLocations: [
          { name: resource.name, fullyQualifiedName: stack.path(resource), kind: 'resource' },
        ],
      },
    ],
    // The same finding in the next run, wherever its line has moved to.
    partialFingerprints: { 'resource/v1': `${resource.urn} ${rule.control} ${said(outcome)}` },
    ...(waiver && {
      suppressions: [{ kind: 'external', status: 'accepted', justification: waiver.reason }],
    }),
  }
}

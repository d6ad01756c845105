import { explain, said } from '../explain.ts'
import type { Judged, Verdict } from '../verdict.ts'

/** JUnit's XML: a suite for each stack, a case for each check; waived ones are skipped with their reason. */
export function junitOf(verdicts: readonly Verdict[]): string {
  const suites = verdicts.map(suiteOf)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    ...suites,
    '</testsuites>',
    '',
  ].join('\n')
}

function suiteOf({ stack, judged, expired, unused }: Verdict): string {
  const waivers = [
    ...expired.map(one => ({
      name: `${one.control} ${one.resource}`,
      problem: `expired on ${one.expires}`,
    })),
    ...unused.map(one => ({ name: `${one.control} ${one.resource}`, problem: 'waives nothing' })),
  ]
  const failures = judged.filter(one => one.verdict === 'failed' && !one.waiver).length
  const errors = judged.filter(one => one.verdict === 'unknown' && !one.waiver).length
  const skipped = judged.filter(({ waiver }) => waiver !== undefined).length
  return [
    `  <testsuite name="${escaped(stack.stack)}" tests="${judged.length + waivers.length}" failures="${failures + waivers.length}" errors="${errors}" skipped="${skipped}">`,
    ...judged.map(one => caseOf(one, stack)),
    ...waivers.map(
      ({ name, problem }) =>
        `    <testcase classname="waivers" name="${escaped(name)}"><failure message="${escaped(problem)}"/></testcase>`,
    ),
    '  </testsuite>',
  ].join('\n')
}

function caseOf(outcome: Judged, stack: Verdict['stack']): string {
  const { rule, resource, verdict, waiver } = outcome
  const open = `    <testcase classname="${escaped(rule.control)}" name="${escaped(stack.path(resource))}"`
  if (verdict === 'passed') return `${open}/>`
  if (waiver) return `${open}><skipped message="${escaped(waiver.reason)}"/></testcase>`
  const kind = verdict === 'failed' ? 'failure' : 'error'
  return `${open}><${kind} message="${escaped(said(outcome))}">${escaped(explain(outcome, stack))}</${kind}></testcase>`
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

const escaped = (text: string): string =>
  text
    .replaceAll(/[&<>"]/g, character => ESCAPES[character] ?? character)
    .replaceAll('\n', '&#10;')
    // XML 1.0 has no place for other control characters.
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u0008\u000B-\u001F]/g, '')

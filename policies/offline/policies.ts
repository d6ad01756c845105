import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Judging, verdictOf } from '../check.ts'
import { allControls, UNDECIDABLE } from '../controls.ts'
import { jsonOf } from '../reports/json.ts'
import { junitOf } from '../reports/junit.ts'
import { type Locate, sarifOf } from '../reports/sarif.ts'
import { summaryOf } from '../reports/summary.ts'
import { printVerdict } from '../reports/table.ts'
import type { StackFacts } from '../stack-view.ts'
import { isClean, type Verdict } from '../verdict.ts'
import { problemsOf } from '../waiver.ts'
import { readState, StateError } from './from-state.ts'
import { isMisuse, type Options, optionsOf, USAGE } from './options.ts'
import type { recordFacts } from './record-facts.ts'

export interface PoliciesArgs extends Judging {
  argv: string[]
  /** Folder of `Pulumi.yaml`. */
  root: string
  /** Loads the program; only called when the arguments are right. */
  load: () => Promise<() => unknown>
  print: (line: string) => void
  complain: (line: string) => void
}

/** Something must be put right. */
const FAILED = 1
/** Called the wrong way. */
const MISUSED = 2

/** @returns the exit code: 0, 1 for findings or an error in the program, 2 for wrong arguments */
export async function policies(args: PoliciesArgs): Promise<number> {
  const { argv, root, print, complain, rules, waivers } = args
  if (argv.includes('--help')) {
    print(USAGE)
    return 0
  }
  try {
    const options = optionsOf(argv, root)
    if (options.list) return await list(args)
    const controls = allControls(rules)
    const ids = new Set(controls.map(({ id }) => id))
    const wrong = waivers.flatMap(waiver => problemsOf(waiver, ids))
    for (const problem of wrong) complain(problem)
    const { facts, locate } = await factsFor(options, args)
    const own = projectOf(root)
    const verdicts = facts.map(one =>
      // Another program's findings are not ours to waive.
      verdictOf(one, one.project === own ? args : { ...args, waivers: [] }),
    )
    return report(verdicts, options, locate, args) && wrong.length === 0 ? 0 : FAILED
  } catch (error) {
    if (isMisuse(error) || error instanceof StateError) {
      complain(error instanceof StateError ? error.message : `${error.message}\n\n${USAGE}`)
      return MISUSED
    }
    if (!(error instanceof Error)) throw error
    complain(error.message)
    return FAILED
  }
}

const projectOf = (root: string): string | undefined =>
  /^name: *['"]?([\w.-]+)/m.exec(readFileSync(join(root, 'Pulumi.yaml'), 'utf8'))?.[1]

async function factsFor(
  { state, stacks }: Options,
  { root, load }: PoliciesArgs,
): Promise<{ facts: StackFacts[]; locate: Locate }> {
  if (state !== undefined) return { facts: [readState(resolve(state))], locate: () => undefined }
  // The SDK takes a quarter of a second to load: not for wrong arguments.
  const { recordFacts: record }: { recordFacts: typeof recordFacts } =
    await import('./record-facts.ts')
  return record({ root, stacks, program: await load() })
}

function report(
  verdicts: readonly Verdict[],
  { sarif, junit, json }: Options,
  locate: Locate,
  { rules, print }: PoliciesArgs,
): boolean {
  const controls = allControls(rules)
  const summed = verdicts.map(verdict => ({
    verdict,
    summary: summaryOf(verdict, controls, UNDECIDABLE),
  }))
  for (const { verdict, summary } of summed)
    for (const line of printVerdict(verdict, summary)) print(line)
  if (sarif !== undefined) writeJson(sarif, sarifOf(verdicts, rules, locate))
  if (junit !== undefined) writeFileSync(junit, junitOf(verdicts))
  if (json !== undefined) writeJson(json, jsonOf(summed))
  return verdicts.every(isClean)
}

const writeJson = (file: string, value: unknown): void =>
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)

async function list({ rules, print }: PoliciesArgs): Promise<number> {
  const { printScoreboard, scoreboard } = await import('../reports/scoreboard.ts')
  const { FIXTURES } = await import('../testing/all-fixtures.ts')
  const scores = scoreboard(allControls(rules), rules, FIXTURES, UNDECIDABLE)
  for (const line of printScoreboard(scores)) print(line)
  return 0
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Rule } from './rule.ts'

/** How a control came into the table: those of AWS in sets, `own` for ours. */
export type ControlSet = 'core' | 'cluster' | 'extra' | 'tag' | 'own'

export interface Control {
  id: string
  set: ControlSet
  /** What it checks, in a few words. */
  check: string
}

const SETS: readonly string[] = ['core', 'cluster', 'extra', 'tag'] satisfies ControlSet[]

const isSet = (set: string): set is ControlSet => SETS.includes(set)

/** The controls of AWS Security Hub that this pack answers for. */
export const CONTROLS: readonly Control[] = readFileSync(
  join(import.meta.dirname, 'controls.tsv'),
  'utf8',
)
  .trim()
  .split('\n')
  .slice(1)
  .map(controlOf)

function controlOf(line: string): Control {
  const [id = '', set = '', check = ''] = line.split('\t')
  if (!isSet(set))
    throw new Error(`controls.tsv: ${id} is of set "${set}"; there are ${SETS.join(', ')}`)
  return { id, set, check }
}

/** Our own controls begin with this. */
const OWN = 'Shop.'

/** Those of AWS and our own, each once. */
export function allControls(rules: readonly Rule[]): Control[] {
  const own = new Map(
    rules
      .filter(({ control }) => control.startsWith(OWN))
      .map(({ control, title }) => [control, title]),
  )
  return [...CONTROLS, ...[...own].map(([id, check]): Control => ({ id, set: 'own', check }))]
}

/**
 * Why a program can not tell whether a control is kept, by id. Empty: every control of the table is decided. A control that
 * comes into the table without a rule needs a line here, or the tests fail.
 */
export const UNDECIDABLE: Readonly<Record<string, string>> = {}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** How a control came into the table: `core`, then further sets. */
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

/** Why a program can not tell whether a control is kept. By id. */
export const UNDECIDABLE: Readonly<Record<string, string>> = {}

import type { Changes } from '../changes.ts'
import { code } from './code.ts'
import { type Detail, DETAILS } from './detail.ts'
import { lists } from './lists.ts'
import { stackDetails } from './stack-details.ts'
import { top } from './top.ts'

/** By which the comment is found again. */
export const MARKER = '<!-- shop-report -->'

/** What GitHub takes in a comment, less what it may add. */
const MAX_CHARACTERS = 65_536 - 256

/**
 * The report for a pull request, with as much detail as fits into a comment. Lines about dangers always stay; where
 * there are thousands of names, the last to go are those.
 * @param most characters
 */
export function markdown(changes: Changes, most = MAX_CHARACTERS): string {
  let text = ''
  for (const { detail, missing } of DETAILS) {
    text = written(changes, detail, missing)
    if (text.length <= most) return text
  }
  // Not of our program: the last detail has a line for each type of resource, and few names in it.
  return `${text.slice(0, most - 1).toWellFormed()}…`
}

function written(changes: Changes, detail: Detail, missing: string): string {
  const { base, head, stacks } = changes
  return [
    MARKER,
    ...top(changes, detail),
    ...stacks.flatMap(stack => stackDetails(stack, detail)),
    ...lists(changes, detail),
    ...(missing === ''
      ? []
      : [`Left out, to fit into a comment: ${missing}. All of it is in the check's artifact.`, '']),
    `<sub>${base === '' ? 'base' : code(base.slice(0, 12))} → ${head === '' ? 'head' : code(head.slice(0, 12))}, made offline by \`npm run report\`; costs are estimates</sub>`,
    '',
  ].join('\n')
}

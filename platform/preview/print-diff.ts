import { styleText } from 'node:util'
import type { ChangedProperty, ResourceChange, StackDiff } from './diff.ts'
import { shortType, type Json } from './stack-preview.ts'

const MAX_VALUE_LENGTH = 60

/** What is dangerous comes first. */
export function printDiff(diff: StackDiff): string[] {
  const { added, changed, replaced, mayBeReplaced, removed, unchanged } = diff
  const sections = [
    ...replaced.map(change => block(styleText(['red', 'bold'], 'REPLACED'), change, true)),
    ...removed.map(change => block(styleText('red', 'removed'), change, true)),
    ...mayBeReplaced.map(change => block(styleText('magenta', 'may be replaced'), change, true)),
    ...changed.map(change => block(styleText('yellow', 'changed'), change, false)),
    ...added.map(change => block(styleText('green', 'added'), change, false)),
  ]
  return [
    styleText('bold', 'against the earlier preview: ') +
      `${added.length} added, ${changed.length} changed, ${replaced.length} replaced, ` +
      `${mayBeReplaced.length} may be replaced, ${removed.length} removed, ${unchanged} unchanged`,
    ...sections.flat(),
    '',
  ]
}

function block(title: string, change: ResourceChange, dangerous: boolean): string[] {
  const { type, name, renamedFrom, properties, because, loses, protection } = change
  const notes = dangerous
    ? [...(loses === undefined ? [] : [`STATEFUL, loses ${loses}`]), ...protection]
    : []
  return [
    `  ${title} ${shortType(type)} ${name}` +
      (renamedFrom === undefined ? '' : ` (was ${renamedFrom.split('::').at(-1)})`) +
      (notes.length > 0 ? styleText(['red', 'bold'], `  ${notes.join('; ')}`) : ''),
    ...properties.map(property => `      ${written(property)}`),
    ...because.map(
      ({ path, urn }) => `      ${path} comes from ${urn.split('::').at(-1)}, which is replaced`,
    ),
  ]
}

function written({ path, from, to, forces }: ChangedProperty): string {
  const effect = {
    yes: styleText('red', '  forces replacement'),
    may: '  may force replacement',
    no: '',
  }
  return `${path}: ${short(from)} -> ${short(to)}${effect[forces]}`
}

function short(value: Json | undefined): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text
}

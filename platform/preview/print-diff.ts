import { styleText } from 'node:util'
import type { ChangedProperty, ResourceChange, StackDiff } from './diff.ts'
import { shortType, type Json } from './stack-preview.ts'

const MAX_VALUE_LENGTH = 60

/** What is dangerous comes first. */
export function printDiff(diff: StackDiff): string[] {
  const { added, changed, replaced, mayBeReplaced, removed, unchanged } = diff
  const certain = new Set(replaced.map(({ urn }) => urn))
  const show = (title: string, changes: ResourceChange[], dangerous: boolean) =>
    changes.flatMap(change => block(title, change, dangerous, certain))
  const sections = [
    ...show(styleText(['red', 'bold'], 'REPLACED'), replaced, true),
    ...show(styleText('red', 'removed'), removed, true),
    ...show(styleText('magenta', 'may be replaced'), mayBeReplaced, true),
    ...show(styleText('yellow', 'changed'), changed, false),
    ...show(styleText('green', 'added'), added, false),
  ]
  return [
    styleText('bold', 'against the earlier preview: ') +
      `${added.length} added, ${changed.length} changed, ${replaced.length} replaced, ` +
      `${mayBeReplaced.length} may be replaced, ${removed.length} removed, ${unchanged} unchanged`,
    ...sections,
    '',
  ]
}

function block(
  title: string,
  change: ResourceChange,
  dangerous: boolean,
  certain: ReadonlySet<string>,
): string[] {
  const { type, name, renamedFrom, properties, because, loses, protection } = change
  const notes = dangerous
    ? [...(loses === undefined ? [] : [`STATEFUL, loses ${loses}`]), ...protection]
    : []
  return [
    `  ${title} ${shortType(type)} ${name}` +
      (renamedFrom === undefined ? '' : ` (was ${renamedFrom.split('::').at(-1)})`) +
      (notes.length > 0 ? styleText(['red', 'bold'], `  ${notes.join('; ')}`) : ''),
    ...properties.map(property => `      ${written(property)}`),
    ...because.map(({ path, urn }) => {
      const verb = certain.has(urn) ? 'is' : 'may be'
      return `      ${path} comes from ${urn.split('::').at(-1)}, which ${verb} replaced`
    }),
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

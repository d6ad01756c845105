import type { Changes } from '../changes.ts'
import { code } from './code.ts'
import type { Detail } from './detail.ts'
import { mebibytes, plural, signedUsd, usd } from './words.ts'

/** What is left beside the stacks: costs, findings, migrations, API, images; each opens by a click. */
export const lists = (changes: Changes, { lines }: Detail): string[] => [
  ...folded('Cost by component', costs(changes), lines),
  ...folded('Policy findings', policies(changes), lines),
  ...folded('Migrations', migrations(changes), lines),
  ...folded('API', api(changes), lines),
  ...folded('Images', images(changes), lines),
]

function folded(title: string, items: readonly string[], most: number): string[] {
  if (items.length === 0 || most === 0) return []
  const rest = items.length - most
  return [
    `<details><summary>${title} (${items.length})</summary>`,
    '',
    ...items.slice(0, most).map(item => `- ${item}`),
    ...(rest > 0 ? [`- and ${rest} more`] : []),
    '',
    '</details>',
    '',
  ]
}

const costs = ({ stacks }: Changes): string[] =>
  stacks.flatMap(({ stack, cost }) =>
    cost.components.map(
      ({ name, before, after }) =>
        `${code(stack)} ${code(name)}: ${usd(before)} → ${usd(after)} USD a month (${signedUsd(after - before)})`,
    ),
  )

function policies({ stacks }: Changes): string[] {
  return stacks.flatMap(({ stack, policies: found }) =>
    (['new', 'fixed', 'waived'] as const).flatMap(kind =>
      found[kind].map(
        ({ control, severity, urn, message, waiver }) =>
          `**${kind}** in ${code(stack)}: ${code(control)} (${code(severity)}) ${code(urn.split('::').at(-1) ?? urn)}: ${code(message)}` +
          (waiver
            ? `, until ${code(waiver.expires)}, ${code(waiver.owner)}: ${code(waiver.reason, 300)}`
            : ''),
      ),
    ),
  )
}

const migrations = ({ migrations: all }: Changes): string[] =>
  all.map(({ file, change, findings }) => {
    const allowed = findings.filter(one => one.allowed).length
    const refused = findings.length - allowed
    const said =
      findings.length === 0
        ? 'nothing found by the lint'
        : `${plural(refused, 'finding')}, ${allowed} allowed`
    return `**${change}** ${code(file)}: ${said}${findings.map(({ line, rule, message }) => `<br>line ${line}: ${code(rule)} ${code(message, 300)}`).join('')}`
  })

const api = ({ api: all }: Changes): string[] =>
  all.map(
    ({ operation, breaking, said }) =>
      `${breaking ? '🔴 **breaking** ' : ''}${code(operation)}: ${code(said)}`,
  )

const images = ({ images: all }: Changes): string[] =>
  all.map(({ service, before, after }) => {
    const size = (bytes: number | undefined) =>
      bytes === undefined ? 'not built' : mebibytes(bytes)
    const difference =
      before === undefined || after === undefined
        ? ''
        : ` (${after < before ? '−' : '+'}${mebibytes(Math.abs(after - before))})`
    return `${code(service)}: ${size(before)} → ${size(after)}${difference}`
  })

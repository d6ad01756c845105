import { APPROVALS_FILE } from '../approvals.ts'
import type { Changes } from '../changes.ts'
import { code } from './code.ts'
import { dangerLines } from './danger-lines.ts'
import type { Detail } from './detail.ts'
import { countsOf, table } from './table.ts'
import { changedInPlace, touched } from './touched.ts'
import { plural, usd } from './words.ts'

/** What a reviewer must know: the dangers, the warnings, and a row for each stack. */
export function top(changes: Changes, detail: Detail): string[] {
  const { dangers } = changes
  const open = dangers.filter(({ approval }) => approval === undefined).length
  const lines = dangerLines(dangers, detail.names)
  const warnings = warningLines(changes)
  return [
    `### ${headline(changes, open)}`,
    '',
    ...(lines.length > 0
      ? [
          '> [!CAUTION]',
          ...lines.map(line => `> - ${line}`),
          ...(open > 0
            ? ['>', `> To go on, say so in \`${APPROVALS_FILE}\`: who, why, until when.`]
            : []),
          '',
        ]
      : []),
    ...(warnings.length > 0 ? ['> [!WARNING]', ...warnings.map(line => `> - ${line}`), ''] : []),
    ...changedInPlace(changes),
    ...table(changes),
    '',
    others(changes),
    '',
    ...touched(changes),
  ]
}

function headline({ dangers, stacks, api, migrations }: Changes, open: number): string {
  if (open > 0) return `🛑 ${plural(open, 'change')} that ${open === 1 ? 'needs' : 'need'} approval`
  if (dangers.length > 0) return '🟠 Dangerous changes, all of them approved'
  const failing = stacks.reduce((sum, { policies }) => sum + policies.new.length, 0)
  if (failing > 0) return `🛑 ${plural(failing, 'new policy finding')}`
  if (migrations.some(isRefused)) return '🛑 A migration is refused'
  const dearer = stacks
    .map(({ stack, cost }) => ({ stack, difference: cost.after - cost.before }))
    .filter(({ difference }) => difference >= WORTH_TELLING_USD)
    .map(({ stack, difference }) => `, ${code(stack)} costs ${usd(difference)} USD a month more`)
  const quiet = stacks.every(({ diff }) => countsOf(diff).total === 0)
  return quiet && api.length + migrations.length === 0
    ? '✅ Nothing changes in AWS, the database or the API'
    : `✅ Nothing is lost, nothing breaks${dearer.join('')}`
}

const WORTH_TELLING_USD = 1

const isRefused = ({ change, findings }: Changes['migrations'][number]): boolean =>
  change === 'edited' || (change === 'added' && findings.some(({ allowed }) => !allowed))

const MAX_FINDINGS = 3

/** What may stop or surprise, and loses nothing by itself. */
function warningLines({ notes, stacks, migrations, unusedApprovals }: Changes): string[] {
  const findings = stacks.flatMap(({ stack, policies }) =>
    policies.new.map(one => ({ ...one, stack })),
  )
  const said = findings
    .slice(0, MAX_FINDINGS)
    .map(
      ({ control, severity, urn, message, stack }) =>
        `policy ${code(control)} (${code(severity)}) fails in ${code(stack)}: ${code(urn.split('::').at(-1) ?? urn)} ${code(message)}`,
    )
  const rest = findings.length - said.length
  return [
    ...said,
    ...(rest > 0 ? [`${plural(rest, 'more new policy finding')} below`] : []),
    ...migrations.flatMap(({ file, change, findings: found }) => [
      ...(change === 'added'
        ? []
        : [`migration ${code(file)} is ${change}, and may have run already: it never runs again`]),
      ...(change === 'deleted'
        ? []
        : found.map(({ rule, message, allowed }) =>
            allowed
              ? `migration ${code(file)} ${code(rule)}, allowed by a mark: ${code(message)}`
              : `migration ${code(file)} is refused: ${code(rule)} ${code(message)}`,
          )),
    ]),
    ...notes.map(note => code(note, 400)),
    ...unusedApprovals.map(
      approval =>
        `an approval is of no use here, delete it: ${code(['api' in approval ? approval.api : approval.resource].flat().join(', '))}`,
    ),
  ]
}

function others({ api, migrations, images }: Changes): string {
  const breaking = api.filter(change => change.breaking).length
  const added = migrations.filter(({ change }) => change === 'added').length
  return [
    `**API**: ${api.length === 0 ? 'no change' : `${breaking > 0 ? `**${breaking} breaking**` : '0 breaking'}, ${plural(api.length - breaking, 'other change')}`}`,
    `**migrations**: ${added === 0 ? 'none' : plural(added, 'new', '')}`,
    `**images**: ${images.length === 0 ? 'no change' : images.map(({ service }) => code(service)).join(', ')}`,
  ].join(' · ')
}

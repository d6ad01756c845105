import type { Danger } from '../dangers.ts'
import { code } from './code.ts'

const VERBS: Record<Danger['kind'], string> = {
  deleted: '**DELETED**',
  replaced: '**REPLACED** (deleted and created anew)',
  'may be replaced': '**may be REPLACED**',
  'breaks clients': '**BREAKS CLIENTS**',
}

/** A line for each kind of danger, type and cause, with all the names that it is about. */
export function dangerLines(dangers: readonly Danger[], names: number): string[] {
  return [...Map.groupBy(dangers, danger => groupOf(danger, names)).values()].map(group =>
    line(group, names),
  )
}

/** What one line can say of several. */
function groupOf(
  { kind, subject, loses, why, protection, approval, lapsed }: Danger,
  names: number,
): string {
  const [type] = kind === 'breaks clients' ? [''] : subject.split(' ')
  // Where names are cut there are too many for a line to each.
  if (kind === 'breaks clients' && Number.isFinite(names))
    return JSON.stringify([kind, approval, lapsed])
  return JSON.stringify([kind, type, loses, whyOf(kind, why), protection, approval, lapsed])
}

/** The causes of resources by property alone: what each takes them from is in the details. */
const whyOf = (kind: Danger['kind'], why: readonly string[]): string[] =>
  kind === 'breaks clients'
    ? [...why]
    : [...new Set(why.map(cause => cause.split(' of ')[0] ?? ''))]

const MAX_CAUSES = 4

function line(group: readonly Danger[], names: number): string {
  const [first] = group
  if (!first) return ''
  const { kind, loses, why, protection, approval, lapsed } = first
  const byName = Map.groupBy(group, ({ subject }) => subject)
  const subjects = [...byName.keys()]
  const stacks = [...new Set(group.flatMap(({ stack }) => stack ?? []))]
  const causes = whyOf(kind, why)
  const because =
    causes.length === 0
      ? ''
      : `: ${causes
          .slice(0, MAX_CAUSES)
          .map(cause => code(cause))
          .join(
            ', ',
          )}${causes.length > MAX_CAUSES ? ` and ${causes.length - MAX_CAUSES} more` : ''}`
  return [
    `${approval ? '🟠' : '🔴'} ${stacks.map(stack => code(stack)).join(', ')}`.trim(),
    VERBS[kind],
    named(subjects, kind, names) + (loses === undefined ? '' : `, loses ${loses}`) + because,
    ...protection.map(text => `· ${text}`),
    consent(approval, lapsed),
  ]
    .filter(part => part !== '')
    .join(' ')
}

function named(subjects: readonly string[], kind: Danger['kind'], names: number): string {
  const shown = subjects.slice(0, names)
  const more = subjects.length > names ? ` and ${subjects.length - names} more` : ''
  if (kind === 'breaks clients') return shown.map(subject => code(subject)).join(', ') + more
  const [type = ''] = subjects[0]?.split(' ') ?? []
  const list = shown.map(subject => code(subject.slice(type.length + 1))).join(', ')
  return `${subjects.length > 1 ? `${subjects.length} × ` : ''}${code(type)} ${list}${more}`
}

function consent(approval: Danger['approval'], lapsed: Danger['lapsed']): string {
  if (approval)
    return `— approved by ${code(approval.approver)} until ${code(approval.expires)}: ${code(approval.reason)}`
  return lapsed ? `— the approval by ${code(lapsed.approver)} ended on ${code(lapsed.expires)}` : ''
}

import { APPROVALS_FILE } from './approvals.ts'
import type { Changes } from './changes.ts'
import type { Danger } from './dangers.ts'

export interface Verdict {
  lines: string[]
  passed: boolean
}

/** Refuses what loses data or breaks clients unless {@link APPROVALS_FILE} has an entry that holds today. */
export function guard({ dangers, unusedApprovals }: Changes): Verdict {
  const open = dangers.filter(({ approval }) => approval === undefined)
  const lines = [
    ...dangers.map(line),
    ...unusedApprovals.map(
      approval =>
        `unused approval of ${['api' in approval ? approval.api : approval.resource].flat().join(', ')} by ${approval.approver}; delete it`,
    ),
    ...(open.length > 0
      ? [
          `${open.length} not approved. Change it, or add to "approvals" in ${APPROVALS_FILE}, for example:`,
          ...entries(open),
        ]
      : [`nothing is lost or broken that nobody approved (${dangers.length} approved)`]),
  ]
  return { lines, passed: open.length === 0 }
}

function line({ kind, subject, stack, loses, why, approval, lapsed }: Danger): string {
  const where = stack === undefined ? '' : `${stack}: `
  const causes = why.length > 0 ? ` (${why.join(', ')})` : ''
  const consent = approval
    ? `approved by ${approval.approver} until ${approval.expires}`
    : lapsed
      ? `NOT APPROVED: the approval by ${lapsed.approver} ended on ${lapsed.expires}`
      : 'NOT APPROVED'
  return `${where}${subject} ${kind}${loses === undefined ? '' : `, loses ${loses}`}${causes}: ${consent}`
}

/** What to paste, for the first kind of each. */
function entries(open: readonly Danger[]): string[] {
  const rest = { reason: '', approver: '', expires: '' }
  const byEntry = Map.groupBy(open, ({ kind, stack }) => `${kind === 'deleted'} ${stack}`)
  return [...byEntry.values()].map(group => {
    const [first] = group
    const subjects = group.map(({ subject }) => subject)
    return first?.stack === undefined
      ? JSON.stringify({ api: subjects, ...rest })
      : JSON.stringify({
          resource: subjects,
          stack: first.stack,
          change: first.kind === 'deleted' ? 'delete' : 'replace',
          ...rest,
        })
  })
}

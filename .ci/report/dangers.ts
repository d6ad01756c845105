import type { ResourceChange } from '../../platform/preview/diff.ts'
import { shortType } from '../../platform/preview/stack-preview.ts'
import type { ApiChange } from '../api/api-changes.ts'
import type { Approval } from './approvals.ts'
import type { StackChanges } from './stack-changes.ts'

/** What loses data or breaks clients: it needs an approval. */
export interface Danger {
  kind: 'deleted' | 'replaced' | 'may be replaced' | 'breaks clients'
  /** `rds.Instance database-primary` or `GET /orders/{order_id}`, as approvals name it. */
  subject: string
  /** None where it is about the API. */
  stack?: string
  loses?: string
  /** What causes it; for the API: what is another. */
  why: string[]
  /** Why it would be refused, or what stays. */
  protection: string[]
  approval?: Approval
  /** An approval that ended. */
  lapsed?: Approval
}

export interface Dangers {
  dangers: Danger[]
  /** Approvals that nothing here needs. */
  unused: Approval[]
}

/** @param today such as 2026-12-31; approvals that ended before it approve nothing */
export function dangersOf(
  stacks: readonly StackChanges[],
  api: readonly ApiChange[],
  approvals: readonly Approval[],
  today: string,
): Dangers {
  const found = [...stacks.flatMap(inStack), ...inApi(api)]
  const used = new Set<Approval>()
  const dangers = found.map((danger): Danger => {
    const matching = approvals.filter(approval => covers(approval, danger))
    for (const approval of matching) used.add(approval)
    const approval = matching.find(({ expires }) => expires >= today)
    const [lapsed] = matching
    return { ...danger, ...(approval ? { approval } : lapsed && { lapsed }) }
  })
  return { dangers: dangers.sort(byWeight), unused: approvals.filter(one => !used.has(one)) }
}

const ORDER = ['deleted', 'replaced', 'may be replaced', 'breaks clients']

/** What nobody approved first, then what is certain. */
const byWeight = (a: Danger, b: Danger): number =>
  Number(a.approval !== undefined) - Number(b.approval !== undefined) ||
  ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)

function inStack({ stack, diff }: StackChanges): Danger[] {
  const of = (kind: Danger['kind'], changes: readonly ResourceChange[]) =>
    changes.filter(({ loses }) => loses !== undefined).map(change => dangerOf(kind, stack, change))
  return [
    ...of('deleted', diff.removed),
    ...of('replaced', diff.replaced),
    ...of('may be replaced', diff.mayBeReplaced),
  ]
}

function dangerOf(kind: Danger['kind'], stack: string, change: ResourceChange): Danger {
  const { type, name, loses, properties, because, protection } = change
  const forcing = properties.filter(({ forces }) => forces !== 'no').map(({ path }) => path)
  const from = because.map(({ path, urn }) => `${path} of ${urn.split('::').at(-1)}`)
  return {
    ...{ kind, stack, subject: `${shortType(type)} ${name}`, protection },
    ...(loses !== undefined && { loses }),
    why: [...new Set([...forcing, ...from])],
  }
}

const inApi = (api: readonly ApiChange[]): Danger[] =>
  [
    ...Map.groupBy(
      api.filter(({ breaking }) => breaking),
      ({ operation }) => operation,
    ),
  ].map(([operation, changes]) => ({
    ...{ kind: 'breaks clients', subject: operation, protection: [] },
    why: changes.map(({ said }) => said),
  }))

function covers(approval: Approval, { kind, subject, stack }: Danger): boolean {
  if ('api' in approval) return stack === undefined && [approval.api].flat().includes(subject)
  if (stack === undefined) return false
  const change = kind === 'deleted' ? 'delete' : 'replace'
  return (
    approval.change === change &&
    [approval.resource].flat().includes(subject) &&
    [approval.stack].flat().includes(stack)
  )
}

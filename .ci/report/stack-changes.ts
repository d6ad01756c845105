import { outermost } from '../../platform/preview/components.ts'
import { estimate } from '../../platform/preview/costs.ts'
import { diffStacks, type ResourceChange, type StackDiff } from '../../platform/preview/diff.ts'
import type { StackPreview } from '../../platform/preview/stack-preview.ts'
import type { PolicyFinding, StackSnapshot } from '../snapshot/snapshot.ts'

/** What becomes of one stack. */
export interface StackChanges {
  stack: string
  diff: StackDiff
  /** By URN: the component that a resource is in, before or after. */
  components: Record<string, string>
  cost: Cost
  policies: PolicyChanges
  /** URNs of what is deleted here and created there under the same type and name, for want of an alias. */
  moved: { from: string; to: string }[]
}

/** USD a month. */
export interface Cost {
  before: number
  after: number
  /** Those that differ, the greatest difference first. */
  components: { name: string; before: number; after: number }[]
}

export interface PolicyChanges {
  new: PolicyFinding[]
  fixed: PolicyFinding[]
  /** Found before or new, and waived from now on. */
  waived: PolicyFinding[]
  /** Found before and after. */
  open: number
}

/** @param before undefined where the stack is new */
export function stackChanges(
  before: StackSnapshot | undefined,
  after: StackSnapshot,
): StackChanges {
  const earlier = before?.preview ?? { ...after.preview, resources: [] }
  const diff = diffStacks(earlier, after.preview)
  return {
    stack: after.preview.stack,
    diff,
    components: Object.fromEntries([
      ...outermost(earlier.resources),
      ...outermost(after.preview.resources),
    ]),
    cost: costOf(earlier, after.preview),
    policies: policiesOf(before?.findings ?? [], after.findings),
    moved: movedIn(diff),
  }
}

const MIN_USD = 0.005

/** Both by the same price list: the one of the revision that reports. */
function costOf(earlier: StackPreview, later: StackPreview): Cost {
  const [before, after] = [estimate(earlier), estimate(later)]
  const sums = (from: typeof before) =>
    new Map(from.components.map(({ name, monthlyUsd }) => [name, monthlyUsd]))
  const [olds, news] = [sums(before), sums(after)]
  const components = [...new Set([...olds.keys(), ...news.keys()])]
    .map(name => ({ name, before: olds.get(name) ?? 0, after: news.get(name) ?? 0 }))
    .filter(one => Math.abs(one.after - one.before) >= MIN_USD)
    .sort((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before))
  return { before: before.monthlyUsd, after: after.monthlyUsd, components }
}

function policiesOf(
  before: readonly PolicyFinding[],
  after: readonly PolicyFinding[],
): PolicyChanges {
  const keyOf = ({ control, urn }: PolicyFinding) => `${control} ${urn}`
  const isOpen = ({ waiver }: PolicyFinding) => waiver === undefined
  const earlier = new Map(before.map(finding => [keyOf(finding), finding]))
  const later = new Set(after.map(keyOf))
  const wasOpen = (finding: PolicyFinding) => {
    const old = earlier.get(keyOf(finding))
    return old !== undefined && isOpen(old)
  }
  const wasWaived = (finding: PolicyFinding) => {
    const old = earlier.get(keyOf(finding))
    return old !== undefined && !isOpen(old)
  }
  return {
    new: after.filter(one => isOpen(one) && !wasOpen(one)),
    fixed: before.filter(one => isOpen(one) && !later.has(keyOf(one))),
    waived: after.filter(one => !isOpen(one) && !wasWaived(one)),
    open: after.filter(one => isOpen(one) && wasOpen(one)).length,
  }
}

function movedIn({ removed, added }: StackDiff): StackChanges['moved'] {
  const keyOf = ({ type, name }: ResourceChange) => `${type} ${name}`
  const created = new Map(added.map(change => [keyOf(change), change.urn]))
  return removed.flatMap(change => {
    const to = created.get(keyOf(change))
    return to === undefined ? [] : [{ from: change.urn, to }]
  })
}

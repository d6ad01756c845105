import type { StackPreview } from '../../platform/preview/stack-preview.ts'
import type { StackSnapshot } from '../snapshot/snapshot.ts'

export interface MatchedStacks {
  pairs: { before: StackSnapshot | undefined; after: StackSnapshot }[]
  /** Lines about stacks that are in one of the two alone. */
  notes: string[]
}

/** So much of a new stack's resources stand in one that went when it is the same under another name. */
const RENAMED_SHARE = 0.8

/** Stacks by name; one that went and one that came with the same resources are one. */
export function matchStacks(
  base: readonly StackSnapshot[],
  head: readonly StackSnapshot[],
): MatchedStacks {
  const nameOf = ({ preview }: StackSnapshot) => preview.stack
  const gone = base.filter(old => !head.some(one => nameOf(one) === nameOf(old)))
  const notes: string[] = []
  const pairs = head.map(after => {
    const same = base.find(old => nameOf(old) === nameOf(after))
    if (same) return { before: same, after }
    const old = gone.find(one => shared(one.preview, after.preview) >= RENAMED_SHARE)
    if (!old) {
      notes.push(`stack ${nameOf(after)} is new: the base has no such stack, all of it is created`)
      return { before: undefined, after }
    }
    gone.splice(gone.indexOf(old), 1)
    notes.push(
      `stack ${nameOf(old)} seems to be renamed to ${nameOf(after)}; compared as if "pulumi stack rename ${nameOf(after)}" had been run; without it a second stack comes up beside the first`,
    )
    return { before: renamed(old, nameOf(after)), after }
  })
  for (const old of gone)
    notes.push(
      `stack ${nameOf(old)} is not in the head: its file is gone, and what it made stays until "pulumi destroy --stack ${nameOf(old)}"`,
    )
  return { pairs, notes }
}

function shared(a: StackPreview, b: StackPreview): number {
  const keys = (stack: StackPreview) =>
    new Set(stack.resources.map(({ type, name }) => `${type} ${name}`))
  const [ours, theirs] = [keys(a), keys(b)]
  if (theirs.size === 0) return 0
  return [...theirs].filter(key => ours.has(key)).length / theirs.size
}

/** As `pulumi stack rename` does: URNs have the new name, inputs stay. */
function renamed(old: StackSnapshot, stack: string): StackSnapshot {
  const prefix = `urn:pulumi:${old.preview.stack}::`
  const text = JSON.stringify(old).replaceAll(prefix, `urn:pulumi:${stack}::`)
  const copy = JSON.parse(text) as StackSnapshot
  return { ...copy, preview: { ...copy.preview, stack } }
}

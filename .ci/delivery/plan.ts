import { createHash } from 'node:crypto'
import type { EngineEvent } from '@pulumi/pulumi/automation/index.js'
import { z } from 'zod'

/** What `pulumi preview` says that `up` would do. It holds no values: it may be kept where many can read it. */
export type Plan = z.infer<typeof Plan>

export const Step = z.strictObject({
  /** `create`, `update`, `replace`, `delete`, ... */
  op: z.string(),
  urn: z.string(),
  type: z.string(),
  /** Properties that differ. */
  properties: z.array(z.string()),
  /** Of all that the resource would be given. */
  digest: z.string(),
})
export type Step = z.infer<typeof Step>

export const Plan = z.strictObject({
  version: z.literal(1),
  stack: z.string(),
  /** Commit. */
  revision: z.string(),
  steps: z.array(Step),
  policies: z.array(
    z.strictObject({ level: z.string(), policy: z.string(), urn: z.string(), message: z.string() }),
  ),
})

/** Steps of the engine that change nothing. */
const IDLE = new Set(['same', 'read', 'refresh'])

/** From the engine's events, which tell more than `pulumi preview --json`: that leaves policies out. */
export function planOf(stack: string, revision: string, events: readonly EngineEvent[]): Plan {
  const steps = events
    .flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? [])
    .filter(({ op }) => !IDLE.has(op))
    .map(({ op, urn, type, detailedDiff, diffs, new: after }): Step => ({
      ...{ op, urn, type },
      properties: Object.keys(detailedDiff ?? {})
        .concat(detailedDiff ? [] : (diffs ?? []))
        .sort(),
      digest: createHash('sha256')
        .update(stable(named(after?.inputs ?? null, urn)))
        .digest('hex'),
    }))
    .sort((a, b) => (`${a.urn} ${a.op}` < `${b.urn} ${b.op}` ? -1 : 1))
  const policies = events
    .flatMap(({ policyEvent }) => policyEvent ?? [])
    .map(({ enforcementLevel, policyName, resourceUrn = '', message }) => ({
      ...{ level: enforcementLevel, policy: policyName, urn: resourceUrn, message },
    }))
  return { version: 1, stack, revision, steps, policies }
}

/** Where the program gives no name the engine draws one anew in each preview: `orders-policy-1a2b3c4`. */
function named(inputs: unknown, urn: string): unknown {
  const start = `${urn.split('::').at(-1)}-`
  const isDrawn = (text: string) =>
    text.startsWith(start) && /^[\da-f]{7}$/.test(text.slice(start.length))
  return JSON.parse(
    JSON.stringify(inputs, (_, item: unknown) =>
      typeof item === 'string' && isDrawn(item) ? `${start}*` : item,
    ),
  )
}

/** JSON whose keys stand in order. */
const stable = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )

/** A line for each step that one of the two has and the other has not, or has otherwise; none: they are the same. */
export function differences(approved: Plan, now: Plan): string[] {
  const lines: string[] = []
  if (approved.stack !== now.stack)
    lines.push(`approved was stack ${approved.stack}, this is ${now.stack}`)
  if (approved.revision !== now.revision)
    lines.push(`approved was revision ${approved.revision}, this is ${now.revision}`)
  const keyOf = ({ op, urn }: Step) => `${op} ${urn}`
  const olds = new Map(approved.steps.map(step => [keyOf(step), step]))
  for (const step of now.steps) {
    const old = olds.get(keyOf(step))
    olds.delete(keyOf(step))
    if (!old) lines.push(`not approved: ${keyOf(step)}`)
    else if (old.digest !== step.digest || old.properties.join() !== step.properties.join())
      lines.push(`approved with other values: ${keyOf(step)}`)
  }
  return [...lines, ...[...olds.keys()].map(key => `approved and no longer to be done: ${key}`)]
}

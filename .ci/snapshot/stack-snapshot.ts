import { recordStack, type RecordArgs } from '../../platform/preview/record.ts'
import { verdictOf } from '../../policies/check.ts'
import { factsOf } from '../../policies/offline/from-preview.ts'
import { jsonOf } from '../../policies/reports/json.ts'
import { RULES } from '../../policies/rules.ts'
import { WAIVERS } from '../../policies/waivers.ts'
import type { StackSnapshot } from './snapshot.ts'

/**
 * One stack as its program declares it, and what the policies find in it.
 * @param today such as 2026-12-31: waivers that ended before it waive nothing
 */
export async function stackSnapshot(args: RecordArgs, today: string): Promise<StackSnapshot> {
  const preview = await recordStack(args)
  const verdict = verdictOf(factsOf(preview), { rules: RULES, waivers: WAIVERS, today })
  const [said] = jsonOf([{ verdict, summary: [] }]).stacks
  return {
    preview,
    findings: (said?.findings ?? []).map(({ control, severity, urn, message, waiver }) => ({
      ...{ control, severity, urn, message },
      ...(waiver && {
        waiver: { reason: waiver.reason, owner: waiver.owner, expires: waiver.expires },
      }),
    })),
  }
}

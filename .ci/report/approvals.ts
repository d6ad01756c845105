import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** Consent to lose what a resource holds, or to break clients. */
export type Approval = z.infer<typeof Approval>

/** Where approvals stand: a change of it shows in the pull request that wants it. */
export const APPROVALS_FILE = '.ci/approvals.json'

const DAY = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/
const LEAST_REASON_CHARACTERS = 20
const names = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)])

const common = {
  reason: z.string().min(LEAST_REASON_CHARACTERS, 'say why, for a reader a year from now'),
  approver: z.string().min(1),
  expires: z.string().regex(DAY, 'must be the last day on which it holds, such as 2027-06-30'),
}

export const Approval = z.union([
  z.strictObject({
    /** As the report writes it: `rds.Instance database-primary`; one or several, no patterns. */
    resource: names,
    stack: names,
    change: z.enum(['replace', 'delete']),
    ...common,
  }),
  z.strictObject({
    /** As the report writes it: `GET /orders/{order_id}`. */
    api: names,
    ...common,
  }),
])

const ApprovalsFile = z.strictObject({ approvals: z.array(Approval) })

export class ApprovalsError extends Error {}

/**
 * @param root folder of the repository; without the file nothing is approved
 * @throws ApprovalsError that names each wrong entry
 */
export function readApprovals(root: string): Approval[] {
  const file = join(root, APPROVALS_FILE)
  if (!existsSync(file)) return []
  let parsed: unknown
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new ApprovalsError(`${APPROVALS_FILE} is not JSON: ${error.message}`, { cause: error })
  }
  const checked = ApprovalsFile.safeParse(parsed)
  if (checked.success) return checked.data.approvals
  throw new ApprovalsError(
    `${APPROVALS_FILE}: ${z.prettifyError(checked.error)}\nan entry has resource, stack and change (replace or delete), or api; and reason, approver, expires`,
  )
}

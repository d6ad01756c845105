import type { Json, StackPreview } from '../../platform/preview/stack-preview.ts'
import type { Approval } from '../report/approvals.ts'

/**
 * What one revision would be: all that a report compares. Made by `npm run snapshot`; readers refuse another version,
 * which a change that would mislead them raises.
 */
export interface Snapshot {
  version: typeof SNAPSHOT_VERSION
  /** Commit; empty where nobody said. */
  revision: string
  stacks: StackSnapshot[]
  migrations: MigrationSnapshot[]
  /** OpenAPI document by service. */
  api: Record<string, OpenApiDocument>
  /** By service: a hash of the files that its image is built from. */
  builds: Record<string, string>
  /** Bytes of the image by service, where one was built: `node .ci/images/main.ts`. */
  images: Record<string, number>
  approvals: Approval[]
}

export const SNAPSHOT_VERSION = 1

export interface StackSnapshot {
  preview: StackPreview
  findings: PolicyFinding[]
}

export interface PolicyFinding {
  control: string
  severity: string
  urn: string
  message: string
  /** Why it is meant to be. */
  waiver?: { reason: string; owner: string; expires: string }
}

export interface MigrationSnapshot {
  /** `apps/orders/migrations/0002-remark.sql` */
  file: string
  sha256: string
  findings: MigrationFinding[]
}

export interface MigrationFinding {
  line: number
  rule: string
  message: string
  /** True where a mark with a reason stands above the statement. */
  allowed: boolean
}

export type OpenApiDocument = Record<string, Json>

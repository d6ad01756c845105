import type { System } from '../system.ts'

/** Something other than AWS that the same manifests can be run on. */
export interface Target {
  /** What may stand behind the target's name on the command line. */
  usage: string
  /** @throws {UsageError}, or a TypeError of `parseArgs`, for a wrong command line */
  render: (args: string[], context: RenderContext) => Promise<void>
}

export interface RenderContext {
  system: System
  /** Folder of package.json. */
  root: string
  print: (text: string) => void
}

/** Says what was given and what is allowed. */
export class UsageError extends Error {}

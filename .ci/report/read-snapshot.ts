import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { VERSION } from '../../platform/preview/stack-preview.ts'
import { SNAPSHOT_VERSION, type Snapshot } from '../snapshot/snapshot.ts'
import { Approval } from './approvals.ts'

/** A file that no snapshot can be read from; the message says what to do. */
export class SnapshotError extends Error {}

const HOW = 'write it with: npm run snapshot -- --out FILE'

const names = z.array(z.string())
const Resource = z.object({
  urn: z.string(),
  type: z.string(),
  name: z.string(),
  parent: z.string(),
  provider: z.string().optional(),
  inputs: z.record(z.string(), z.json()),
  protect: z.boolean(),
  retainOnDelete: z.boolean(),
  ignoreChanges: names,
  replaceOnChanges: names,
  aliases: names,
  dependencies: names,
  propertyDependencies: z.record(z.string(), names),
  custom: z.boolean(),
  remote: z.boolean(),
  read: z.boolean(),
})

const Preview = z.object({
  version: z.literal(VERSION, `is of another version than ${VERSION}, which alone can be read`),
  project: z.string(),
  stack: z.string(),
  region: z.string(),
  resources: z.array(Resource),
  outputs: z.record(z.string(), z.json()),
  warnings: names,
})

/** Whoever sends a pull request writes what is read here. */
const Shape = z.object({
  version: z.literal(SNAPSHOT_VERSION),
  revision: z.string().regex(/^[\da-f]*$/),
  stacks: z.array(
    z.object({
      preview: Preview,
      findings: z.array(
        z.object({
          ...{ control: z.string(), severity: z.string(), urn: z.string(), message: z.string() },
          waiver: z
            .object({ reason: z.string(), owner: z.string(), expires: z.string() })
            .optional(),
        }),
      ),
    }),
  ),
  migrations: z.array(
    z.object({
      file: z.string(),
      sha256: z.string(),
      findings: z.array(
        z.object({
          ...{ line: z.number(), rule: z.string(), message: z.string(), allowed: z.boolean() },
        }),
      ),
    }),
  ),
  api: z.record(z.string(), z.record(z.string(), z.json())),
  builds: z.record(z.string(), z.string()),
  images: z.record(z.string(), z.number().nonnegative()),
  approvals: z.array(Approval),
})

/**
 * Reads what `npm run snapshot` wrote.
 * @throws SnapshotError for a file that is not there, empty, cut, no snapshot, or one of another version
 */
export function readSnapshot(file: string): Snapshot {
  const parsed = parse(file)
  const version = (parsed as { version?: unknown } | null)?.version
  if (version === undefined) throw new SnapshotError(`${file} holds no snapshot; ${HOW}`)
  if (version !== SNAPSHOT_VERSION)
    throw new SnapshotError(
      `${file} has version ${JSON.stringify(version)} and only ${SNAPSHOT_VERSION} can be read; ${HOW}, at a revision whose snapshots have it`,
    )
  const [first] = (parsed as { stacks?: unknown[] }).stacks ?? []
  if (typeof first === 'object' && first !== null && 'resources' in first)
    throw new SnapshotError(`${file} holds a preview, which is a part of a snapshot; ${HOW}`)
  const checked = Shape.safeParse(parsed)
  if (checked.success) return checked.data as Snapshot
  const problems = checked.error.issues.slice(0, 5)
  const lines = problems.map(({ path, message }) => `  ${path.join('.')}: ${message}`)
  throw new SnapshotError(`${file} is no whole snapshot; ${HOW}\n${lines.join('\n')}`)
}

function parse(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    throw new SnapshotError(`cannot read ${file} (${error.message}); ${HOW}`, { cause: error })
  }
  if (text.trim() === '') throw new SnapshotError(`${file} is empty; ${HOW}`)
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new SnapshotError(`${file} is not JSON, or was cut (${error.message}); ${HOW}`, {
      cause: error,
    })
  }
}

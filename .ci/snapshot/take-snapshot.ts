import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { findServices } from '../../apps/local/services/find-services.ts'
import { stacksOf } from '../../platform/preview/stack-config.ts'
import { buildVersions } from '../../platform/service/build-version.ts'
import { readApprovals } from '../report/approvals.ts'
import { apiDocuments } from './api-documents.ts'
import { migrationsOf } from './migrations-of.ts'
import { SNAPSHOT_VERSION, type Snapshot } from './snapshot.ts'
import { stackSnapshot } from './stack-snapshot.ts'

export interface SnapshotArgs {
  /** Folder of `Pulumi.yaml`. */
  root: string
  program: () => unknown
  /** Such as 2026-12-31. */
  today: string
}

/** All that a report compares, of the files as they are: no credentials, no network, nothing built. */
export async function takeSnapshot({ root, program, today }: SnapshotArgs): Promise<Snapshot> {
  const stacks = []
  for (const stack of stacksOf(root))
    stacks.push(await stackSnapshot({ root, stack, program }, today))
  const apps = join(root, 'apps')
  const versionOf = buildVersions(root, 'any')
  const services = (await findServices(apps)).map(({ name }) => name)
  return {
    version: SNAPSHOT_VERSION,
    revision: revisionOf(root),
    stacks,
    migrations: await migrationsOf(root),
    api: await apiDocuments(apps),
    builds: Object.fromEntries(services.map(name => [name, versionOf(name)])),
    images: {},
    approvals: readApprovals(root),
  }
}

/** Empty outside of a repository: an archive of the source has none. */
function revisionOf(root: string): string {
  const { status, stdout } = spawnSync('git', ['-C', root, 'rev-parse', 'HEAD'], {
    encoding: 'utf8',
  })
  return status === 0 ? stdout.trim() : ''
}

import { createHash } from 'node:crypto'
import type { IJob } from 'kubernetes-models/batch/v1/Job'
import { SECRETS } from './environment.ts'
import { containerOf, podOf } from './pod.ts'
import { labelsOf, metadataOf, type Workload } from './workload.ts'

/** As long as `pulumi up` gives them on AWS. */
const LIMIT_SECONDS = 1800
const KEEP_SECONDS = 86_400

/**
 * Runs a version's migrations once, alone with the right to. A Job can't be changed, so each version and environment has
 * one of its own; what fails is tried three times more, and no pod of the new version is ready meanwhile.
 * @returns undefined where the service has no database
 */
export function migrationJobOf(workload: Workload): IJob | undefined {
  if (!workload.manifest.needs.database) return undefined
  const spec: NonNullable<IJob['spec']> = {
    backoffLimit: 3,
    activeDeadlineSeconds: LIMIT_SECONDS,
    ttlSecondsAfterFinished: KEEP_SECONDS,
    template: {
      metadata: { labels: labelsOf(workload, 'migration') },
      spec: {
        ...podOf(workload, {
          ...containerOf(workload, { DATABASE_ADMIN_URL: SECRETS.admin }),
          args: ['migrate'],
        }),
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: workload.manifest.stopSeconds,
      },
    },
  }
  const metadata = metadataOf(workload, 'migration')
  const hash = createHash('sha256')
    .update(JSON.stringify([spec, workload.environment.plain]))
    .digest('hex')
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...metadata, name: `${metadata.name}-migrate-${hash.slice(0, 10)}` },
    spec,
  }
}

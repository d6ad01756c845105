import { createHash } from 'node:crypto'
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment'
import type { IContainer } from 'kubernetes-models/v1/Container'
import type { ITopologySpreadConstraint } from 'kubernetes-models/v1/TopologySpreadConstraint'
import { SERVICE_PORT } from '../../service/ports.ts'
import { containerOf, podOf } from './pod.ts'
import { labelsOf, metadataOf, selectorOf, type Workload } from './workload.ts'

/** Seconds in which proxies and nodes hear that a pod is going, before it is told itself. */
const LEAVE_SECONDS = 5
/** Seconds until a rollout that makes no progress is called failed; the version before goes on serving. */
const PROGRESS_SECONDS = 600

/**
 * Keeps the service's pods running: new ones first in a rollout, and none of the old ones goes before a new one is ready,
 * which it is not until its migrations are done. How many there are is the autoscaler's.
 */
export const deploymentOf = (workload: Workload): IDeployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadataOf(workload),
  spec: {
    selector: { matchLabels: selectorOf(workload.manifest.name, 'service') },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' } },
    progressDeadlineSeconds: PROGRESS_SECONDS,
    revisionHistoryLimit: 5,
    template: {
      metadata: {
        labels: labelsOf(workload),
        // Pods read their ConfigMap once: another one makes new pods.
        annotations: { 'shop/config': configHash(workload) },
      },
      spec: {
        ...podOf(workload, serving(workload)),
        topologySpreadConstraints: spread(workload.manifest.name),
        terminationGracePeriodSeconds: LEAVE_SECONDS + workload.manifest.stopSeconds,
      },
    },
  },
})

const serving = (workload: Workload): IContainer => ({
  ...containerOf(workload),
  ports: [{ name: 'http', containerPort: SERVICE_PORT, protocol: 'TCP' }],
  startupProbe: { ...probe('/health'), periodSeconds: 1, failureThreshold: 60 },
  livenessProbe: { ...probe('/health'), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
  // The service itself waits for 2 seconds for what it needs.
  readinessProbe: { ...probe('/ready'), periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2 },
  // The image has no shell that could wait.
  lifecycle: { preStop: { sleep: { seconds: LEAVE_SECONDS } } },
})

const probe = (path: string) => ({ httpGet: { path, port: 'http' } })

/** Over zones, then over nodes, as far as there is room; each rollout is counted for itself. */
const spread = (service: string): ITopologySpreadConstraint[] =>
  ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map(topologyKey => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selectorOf(service, 'service') },
    matchLabelKeys: ['pod-template-hash'],
  }))

const configHash = ({ environment }: Workload): string =>
  createHash('sha256').update(JSON.stringify(environment.plain)).digest('hex').slice(0, 16)

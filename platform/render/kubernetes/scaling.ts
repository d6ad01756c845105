import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import type { IMetricSpec } from 'kubernetes-models/autoscaling/v2/MetricSpec'
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { metadataOf, selectorOf, type Workload } from './workload.ts'

/** As on AWS. */
const MEMORY_PERCENT = 75
const SCALE_OUT_SECONDS = 60
const SCALE_IN_SECONDS = 300

/** By CPU and memory. Requests for each pod, which AWS scales by as well, are a figure that Kubernetes itself does not have. */
export const autoscalerOf = (workload: Workload): IHorizontalPodAutoscaler => {
  const { name, scale } = workload.manifest
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadataOf(workload),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      // Without a feature gate there is always one.
      minReplicas: Math.max(1, scale.min),
      maxReplicas: scale.max,
      metrics: [usage('cpu', scale.cpuPercent), usage('memory', MEMORY_PERCENT)],
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          policies: [{ type: 'Percent', value: 100, periodSeconds: SCALE_OUT_SECONDS }],
        },
        scaleDown: {
          stabilizationWindowSeconds: SCALE_IN_SECONDS,
          policies: [{ type: 'Pods', value: 1, periodSeconds: SCALE_OUT_SECONDS }],
        },
      },
    },
  }
}

const usage = (name: string, averageUtilization: number): IMetricSpec => ({
  type: 'Resource',
  resource: { name, target: { type: 'Utilization', averageUtilization } },
})

/** A node that is emptied takes one pod at a time, and those at once that never were ready. */
export const disruptionBudgetOf = (workload: Workload): IPodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: metadataOf(workload),
  spec: {
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
    selector: { matchLabels: selectorOf(workload.manifest.name, 'service') },
  },
})

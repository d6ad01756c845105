import type { Input } from '@pulumi/pulumi'
import type { AnyManifest } from '../../apps/shared/manifest.ts'
import type { Metric } from './alarms.ts'
import type { LogMetric } from './log-metrics.ts'

/** Where one service's metrics are found. */
export interface ServiceMetrics {
  readonly manifest: AnyManifest
  readonly clusterName: Input<string>
  readonly serviceName: Input<string>
  readonly loadBalancerArnSuffix: Input<string>
  /** None: the service has no public routes. */
  readonly targetGroupArnSuffix?: Input<string> | undefined
  readonly queueName?: Input<string> | undefined
  readonly deadLetterQueueName?: Input<string> | undefined
  /** What is counted in its log. */
  readonly logMetrics: readonly LogMetric[]
}

/** Load balancer's view of a service; undefined without public routes. */
export function requestMetrics({
  loadBalancerArnSuffix,
  targetGroupArnSuffix,
}: Pick<ServiceMetrics, 'loadBalancerArnSuffix' | 'targetGroupArnSuffix'>) {
  if (targetGroupArnSuffix === undefined) return undefined
  const of = (name: string, statistic: string): Metric => ({
    namespace: 'AWS/ApplicationELB',
    name,
    statistic,
    dimensions: { LoadBalancer: loadBalancerArnSuffix, TargetGroup: targetGroupArnSuffix },
  })
  return {
    requests: of('RequestCount', 'Sum'),
    errors: of('HTTPCode_Target_5XX_Count', 'Sum'),
    latency: of('TargetResponseTime', 'p99'),
    unhealthy: of('UnHealthyHostCount', 'Maximum'),
  }
}

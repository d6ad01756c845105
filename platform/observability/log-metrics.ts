import type { AnyManifest } from '../../apps/shared/manifest.ts'
import type { AlarmSet, AlarmSpec } from './alarms.ts'

/** Log lines that become metrics; the patterns fit `apps/shared/log.ts` and what `pg` says when its pool is used up. */
export const LOG_METRICS = {
  Errors: '{ ($.level = "error") || ($.level = "fatal") }',
  PoolExhausted:
    '{ ($.err.message = "*timeout exceeded when trying to connect*") || ($.err.cause.message = "*timeout exceeded when trying to connect*") }',
} as const

export type LogMetric = keyof typeof LOG_METRICS

/** Which of them say something about this service, each at a price: none where nothing looks at them. */
export function logMetricsOf({ needs }: AnyManifest, set: AlarmSet): LogMetric[] {
  if (set === 'basic') return []
  return needs.database ? ['Errors', 'PoolExhausted'] : ['Errors']
}

/** Namespace of a service's log metrics: `shop-dev/users`. */
export const logNamespace = (prefix: string, service: string): string => `${prefix}/${service}`

const FIVE_MINUTES = 300

/** The alarm about each log metric of a service. */
export const logSpecs = (
  prefix: string,
  { name }: Pick<AnyManifest, 'name'>,
  metrics: readonly LogMetric[],
): AlarmSpec[] =>
  metrics.map(metric => ({
    ...ALARMS[metric](name),
    metrics: {
      namespace: logNamespace(prefix, name),
      name: metric,
      statistic: 'Sum',
      dimensions: {},
    },
    periodSeconds: FIVE_MINUTES,
    periods: [1, 1],
    missing: 'notBreaching', // a service that logs nothing has logged no error
  }))

const ALARMS: Record<
  LogMetric,
  (service: string) => Pick<AlarmSpec, 'key' | 'description' | 'above'>
> = {
  Errors: service => ({
    key: 'errors',
    description: `${service}: more than 20 lines of level error in 5 minutes.`,
    above: 20,
  }),
  PoolExhausted: service => ({
    key: 'pool-exhausted',
    description: `${service}: requests wait in vain for a database connection. Look for slow statements, or raise the pool.`,
    above: 0,
  }),
}

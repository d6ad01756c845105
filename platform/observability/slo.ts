import type { AlarmSpec } from './alarms.ts'
import { requestMetrics, type ServiceMetrics } from './service-metrics.ts'

/** Share of requests that must not fail, over 30 days. */
export const SLO_PERCENT = 99.9

export interface BurnRate {
  readonly key: string
  /** How many times faster than allowed the error budget is used up. */
  readonly factor: number
  readonly longSeconds: number
  /** Has it stopped already? Only both windows together are an alarm. */
  readonly shortSeconds: number
}

const MINUTE = 60
const HOUR = 3600

/** Source: Google's SRE workbook, "Alerting on SLOs", multiwindow multi-burn-rate. */
export const BURN_RATES: readonly BurnRate[] = [
  // 2 % of the month's budget in an hour
  { key: 'fast-burn', factor: 14.4, longSeconds: HOUR, shortSeconds: 5 * MINUTE },
  // 5 % of it in six hours
  { key: 'slow-burn', factor: 6, longSeconds: 6 * HOUR, shortSeconds: 30 * MINUTE },
]

export interface BurnSpecs {
  readonly rate: BurnRate
  readonly long: AlarmSpec
  readonly short: AlarmSpec
}

/** The two alarms of each burn rate; none for a service without public routes. */
export function burnSpecs(service: ServiceMetrics): BurnSpecs[] {
  const metrics = requestMetrics(service)
  if (!metrics) return []
  const { requests, errors } = metrics
  const allowedPercent = 100 - SLO_PERCENT
  return BURN_RATES.map(rate => {
    const spec = (window: string, periodSeconds: number): AlarmSpec => ({
      key: `${rate.key}-${window}`,
      description: `${service.manifest.name}: failures above ${rate.factor} times the allowed rate, ${window} window. Part of a composite alarm.`,
      metrics: {
        of: { requests, errors },
        expression: 'IF(requests >= 20, 100 * FILL(errors, 0) / requests, 0)',
      },
      // CloudWatch keeps what is sent, so no 1.4399999999999999.
      above: Number((rate.factor * allowedPercent).toFixed(4)),
      periodSeconds,
      periods: [1, 1],
      missing: 'notBreaching',
    })
    return { rate, long: spec('long', rate.longSeconds), short: spec('short', rate.shortSeconds) }
  })
}

/** Rule of the service's composite alarm over alarm names: any burn rate whose two windows agree. */
export const burnRule = (pairs: readonly (readonly [long: string, short: string])[]): string =>
  pairs.map(([long, short]) => `(ALARM("${long}") AND ALARM("${short}"))`).join(' OR ')

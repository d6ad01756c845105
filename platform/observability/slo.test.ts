import { expect, test } from 'vitest'
import { defineService } from '../../apps/shared/manifest.ts'
import { burnRule, burnSpecs } from './slo.ts'

const service = {
  manifest: defineService({ name: 'orders', description: 'Orders', routes: ['/orders'] }),
  clusterName: 'shop-dev',
  serviceName: 'orders',
  loadBalancerArnSuffix: 'app/shop-dev-edge/1',
  logMetrics: [],
}

test('99.9 % is watched at 14.4 times over 1 h and 5 min, and at 6 times over 6 h and 30 min', () => {
  const specs = burnSpecs({ ...service, targetGroupArnSuffix: 'targetgroup/orders/1' })
  const windows = specs.flatMap(({ long, short }) => [long, short])
  expect(windows.map(({ key, above, periodSeconds }) => [key, above, periodSeconds])).toEqual([
    ['fast-burn-long', 1.44, 3600],
    ['fast-burn-short', 1.44, 300],
    ['slow-burn-long', 0.6, 21_600],
    ['slow-burn-short', 0.6, 1800],
  ])
})

test('a service without public routes has no objective', () => {
  expect(burnSpecs(service)).toEqual([])
})

test('both windows of a rate must agree', () => {
  expect(
    burnRule([
      ['a', 'b'],
      ['c', 'd'],
    ]),
  ).toBe('(ALARM("a") AND ALARM("b")) OR (ALARM("c") AND ALARM("d"))')
})

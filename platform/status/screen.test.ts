import { expect, test } from 'vitest'
import { screenOf } from './screen.ts'
import type { ServiceStatus } from './stack-status.ts'

const NOW = new Date('2026-11-26T12:00:00Z')
const WELL: ServiceStatus = {
  name: 'orders',
  version: 'e40c03eee8f03fd1',
  desired: 2,
  running: 2,
  deployment: { status: 'SUCCESSFUL', at: new Date('2026-11-26T11:59:20Z') },
  queue: { waiting: 0, oldestSeconds: 0, dead: 0 },
}

/** The service's line, what needs somebody in brackets. */
const lineOf = (change: Partial<ServiceStatus>): string =>
  screenOf(
    {
      ...{ stack: 'prod', cluster: 'shop-prod', region: 'eu-west-1', at: NOW },
      ...{ services: [{ ...WELL, ...change }], alarms: 1, alarmed: [] },
    },
    text => `[${text.trim()}]`,
  )[3]?.replaceAll(/ {2,}/g, '  ') ?? ''

test('what is well is not marked', () => {
  expect(lineOf({})).toBe('orders  e40c03eee8f03fd1  2/2  done 40 s ago  0  0 s  0  -')
})

test.for([
  ['tasks that are missing', { running: 1 }, '[1/2]'],
  ['more tasks than are wanted are a rollout', { running: 3 }, ' 3/2 '],
  ['dead letters', { queue: { waiting: 5, oldestSeconds: 7200, dead: 1 } }, ' 5  2 h  [1] '],
  ['a service that is not there', { version: undefined }, '[NOT THERE]'],
  ['a service that never was deployed', { deployment: undefined }, ' 2/2  -  '],
  ...(
    [
      ['ROLLBACK_FAILED', '[ROLLBACK FAILED 40 s ago]'],
      ['ROLLBACK_IN_PROGRESS', '[GOING BACK, begun 40 s ago]'],
      ['IN_PROGRESS', ' begun 40 s ago '],
      ['A_NEW_STATUS', '[A_NEW_STATUS 40 s ago]'],
    ] as const
  ).map(
    ([status, cell]) =>
      [
        `a deployment that is ${status}`,
        { deployment: { status, at: new Date('2026-11-26T11:59:20Z') } },
        cell,
      ] as const,
  ),
] as const)('%s: %j shows as %s', ([, change, cell]) => {
  expect(lineOf(change)).toContain(cell)
})

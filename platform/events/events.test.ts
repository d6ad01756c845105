import { expect, test } from 'vitest'
import { servingWithDefaults } from '../../apps/shared/bus/bus.ts'
import { DELIVERIES_BEFORE_DEAD, VISIBILITY_SECONDS } from './events.ts'

test('queues give up and hand over again when consumers think that they do', () => {
  const { deliveries, visibilitySeconds, handlerSeconds } = servingWithDefaults({
    consumer: 'orders',
    consumes: [],
  })
  expect(DELIVERIES_BEFORE_DEAD).toBe(deliveries)
  expect(VISIBILITY_SECONDS).toBe(visibilitySeconds)
  expect(handlerSeconds).toBeLessThan(visibilitySeconds)
})

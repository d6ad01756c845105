import { expect, test } from 'vitest'
import { freePorts } from './free-ports.ts'

test('ports are different, and none that the system gives to connections or to port 0', async () => {
  const ports = await freePorts(50)
  expect(new Set(ports).size).toBe(50)
  expect(Math.min(...ports)).toBeGreaterThanOrEqual(20_000)
  expect(Math.max(...ports)).toBeLessThan(32_768)
})

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openOutput } from '../log.ts'
import { proveCheckout } from './prove-checkout.ts'

test('buyers who race for few units while processes are killed leave nothing wrong behind', async () => {
  const said: string[] = []
  const output = { ...openOutput(process.stdout), print: (text: string) => void said.push(text) }
  const broken = await proveCheckout({
    ...{ buyers: 8, units: 3, seconds: 8, kills: 4, seed: 20_261_126 },
    ...{
      appsDir: join(import.meta.dirname, '..', '..'),
      path: process.env['PATH'] ?? '',
      env: {},
      output,
    },
  })
  expect(broken, said.join('\n')).toBe(0)
}, 400_000)

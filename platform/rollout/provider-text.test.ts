import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { dynamic } from '@pulumi/pulumi'
import { expect, test } from 'vitest'
import { providerText } from './provider-text.ts'
import { EcsWorld } from './testing/ecs-world.ts'
import { withAws } from './testing/with-aws.ts'

/** As Pulumi's process of dynamic providers loads it. */
function load(text: string): Required<dynamic.ResourceProvider> {
  const folder = mkdtempSync(join(tmpdir(), 'provider-'))
  try {
    writeFileSync(join(folder, 'provider.cjs'), text)
    return createRequire(import.meta.url)(join(folder, 'provider.cjs')).handler()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const provider = load(providerText('migration-act.ts', ['taskDefinition', 'log']))
const inputs = {
  region: 'eu-west-1',
  cluster: 'shop-dev',
  service: 'orders',
  taskDefinition: 'orders-migration:7',
  subnets: ['subnet-a'],
  securityGroups: ['sg-1'],
  log: { group: '/shop-dev/orders', prefix: 'migrate', container: 'orders' },
  pollSeconds: 0.001,
  limitSeconds: 5,
}

test('only what causes it makes it run again', async () => {
  const changes = async (change: object) =>
    (await provider.diff('orders', inputs, { ...inputs, ...change })).changes
  expect(await changes({})).toBe(false)
  expect(await changes({ subnets: ['subnet-b'] })).toBe(false)
  // The engine hands the keys of an object over in any order.
  const { group, prefix, container } = inputs.log
  expect(await changes({ log: { container, prefix, group } })).toBe(false)
  expect(await changes({ log: { group, prefix, container: 'other' } })).toBe(true)
  expect(await changes({ taskDefinition: 'orders-migration:8' })).toBe(true)
})

test('making it does the work, and writes down its inputs', async () => {
  const world = new EcsWorld('orders')
  await using _ = await withAws(world)
  expect(await provider.create(inputs)).toEqual({ id: 'orders', outs: inputs })
  expect(world.count('RunTask')).toBe(1)
  world.migration = 'fails'
  await expect(provider.update('orders', inputs, inputs)).rejects.toThrow(
    'migrations of orders failed',
  )
})

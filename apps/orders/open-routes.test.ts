import { expect, test } from 'vitest'
import { openRoutesOf } from '../shared/testing/open-routes.ts'
import manifest from './manifest.ts'
import { openShop } from './testing.ts'

test('no route answers without a token', async () => {
  const shop = await openShop()
  const { answered, declared, idle } = await openRoutesOf(shop.orders, manifest)
  expect(answered).toEqual(declared)
  expect(declared).toEqual([])
  expect(idle).toEqual([])
  await shop.close()
})

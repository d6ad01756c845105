import { expect, test } from 'vitest'
import { openRoutesOf } from '../shared/testing/open-routes.ts'
import manifest from './manifest.ts'
import { openShop } from './testing.ts'

test('exactly the open routes of the manifest answer without a token, the others with 401', async () => {
  const shop = await openShop()
  const { answered, declared, idle } = await openRoutesOf(shop.payments, manifest)
  expect(answered).toEqual(declared)
  expect(idle).toEqual([])
  await shop.close()
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { newProduct, openShop, remove, type Shop, walk } from './testing.ts'

const PRODUCTS = {
  desk: { name: 'Walnut Desk', description: 'Solid, 100% oiled' },
  lamp: { name: 'Desk_Lamp', description: 'Bright \\ warm' },
  chair: { name: 'CHAIR', description: 'Goes with every desk' },
  apple: { name: 'Ärmel-Äpfel', description: 'Größe 5, ЖУРНАЛ' },
  fox: { name: '狐 🦊', description: 'ﬁnest, ab' },
}
type Name = keyof typeof PRODUCTS

let shop: Shop
const nameOf = new Map<string, string>()

beforeAll(async () => {
  shop = await openShop()
  for (const [name, given] of Object.entries(PRODUCTS))
    nameOf.set((await newProduct(shop, given)).id, name)
})

afterAll(() => shop?.close())

const search = async (text: string): Promise<string[]> => {
  const { status, body } = await shop.products.call(`/products?search=${encodeURIComponent(text)}`)
  expect(status).toBe(200)
  return body.map(({ id }: { id: string }) => nameOf.get(id)).sort()
}

test.each<[string, string, Name[]]>([
  ['part of a name', 'alnu', ['desk']],
  ['part of a description', 'oile', ['desk']],
  ['name or description', 'desk', ['chair', 'desk', 'lamp']],
  ['another case', 'dESK', ['chair', 'desk', 'lamp']],
  ['text in capitals', 'chair', ['chair']],
  ['several words', 'every desk', ['chair']],
  ['words with a comma between', 'solid, 100%', ['desk']],
  ['words with something else between', 'walnut-desk', []],
  ['words with more between', 'walnut  desk', []],
  ['words with others between', 'goes every', []],
  ['one letter', 'q', []],
  ['one frequent letter', 'e', ['apple', 'chair', 'desk', 'fox', 'lamp']],
  ['two letters', 'ab', ['fox']],
  ['an umlaut in another case', 'ÄPFEL', ['apple']],
  ['an umlaut in lower case', 'ärmel', ['apple']],
  ['Cyrillic in another case', 'журнал', ['apple']],
  ['Chinese', '狐', ['fox']],
  ['an emoji', '🦊', ['fox']],
  ['a percent sign', '%', ['desk']],
  ['a percent sign in text', '100% o', ['desk']],
  ['a percent sign that would match', 'wal%desk', []],
  ['an underscore', '_', ['lamp']],
  ['an underscore that would match', 'walnut_desk', []],
  ['a backslash', '\\', ['lamp']],
  ['a backslash before a wildcard', '\\%', []],
  ['what is nowhere', 'unobtainium', []],
  ['SQL', "' or 1=1 --", []],
  ['nothing', '', ['apple', 'chair', 'desk', 'fox', 'lamp']],
])('a search for %s (%j) finds substrings, in any case and literally', async (_, text, found) => {
  expect(await search(text)).toEqual([...found].sort())
})

test('a search follows a change of the text', async () => {
  const { id } = await newProduct(shop, { name: 'Ottoman' })
  await shop.products.call(`/products/${id}`, {
    ...{ method: 'PUT', json: { name: 'Pouffe' }, token: shop.admin },
  })
  const byName = (text: string) => walk(shop.products, `/products?search=${text}&limit=1`)
  expect(await byName('ottoman')).toEqual([])
  expect(await byName('pouffe')).toEqual([id])
  await remove(shop, id)
})

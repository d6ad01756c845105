import { expect, test } from 'vitest'
import { physicalName } from './names.ts'

test('parts are joined by dashes', () => {
  expect(physicalName(['shop', 'dev', 'users'], 32)).toBe('shop-dev-users')
})

test('a name that is too long is cut and keeps apart from its neighbours by a hash', () => {
  const long = (end: string) => physicalName(['shop', `a-very-long-stack-name-${end}`, 'users'], 32)
  expect(long('one')).toMatch(/^shop-a-very-long-stack-na-[0-9a-f]{6}$/)
  expect(long('one')).toHaveLength(32)
  expect(long('one')).not.toBe(long('two'))
})

test('what AWS does not take is replaced, and names that then are alike stay apart', () => {
  const names = ['Shop_Dev', 'shop.dev', 'shop-dev', 'SHOP-DEV-'].map(name =>
    physicalName([name], 32),
  )
  expect(names[2]).toBe('shop-dev')
  for (const name of names) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  expect(new Set(names).size).toBe(4)
})

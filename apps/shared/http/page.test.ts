import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { decodeCursor, encodeCursor, nextLink, PageQuery, pageOf } from './page.ts'

const Position = z.tuple([z.string(), z.number(), z.uuid()])

test('a cursor gives back the position that it was made of', () => {
  const position = fc.tuple(
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.uuid(),
  )
  fc.assert(
    fc.property(position, given => {
      const wire: unknown = JSON.parse(JSON.stringify(given))
      expect(decodeCursor(encodeCursor(given), Position)).toEqual(wire)
    }),
  )
})

test('a cursor stands in a URL without escapes', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), position => {
      expect(encodeCursor(position)).toMatch(/^[\w-]+$/)
    }),
  )
})

test('any text that is not a cursor of the list is a 422 of the parameter after', () => {
  const refused = { status: 422, errors: [{ location: 'query', field: 'after' }] }
  const refusalOf = (text: string) => {
    try {
      return decodeCursor(text, Position)
    } catch (error) {
      return error
    }
  }
  const others = ['', '!', 'null', encodeCursor([]), encodeCursor(['a', '1', 'b']), '%00']
  for (const text of others) expect(refusalOf(text)).toMatchObject(refused)
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      expect(refusalOf(text)).toMatchObject(refused)
    }),
  )
})

test('skip and limit have defaults and bounds, and what is out of them is refused, not clamped', () => {
  expect(PageQuery.parse({})).toEqual({ skip: 0, limit: 100 })
  expect(PageQuery.parse({ skip: '100000', limit: '1' })).toEqual({ skip: 100_000, limit: 1 })
  for (const limit of ['0', '101', '-1', '1.5', '1e1', '', ' 1', '9'.repeat(40), 'Infinity'])
    expect(PageQuery.safeParse({ limit }).error?.issues[0]?.message).toBe(
      'must be a whole number from 1 to 100',
    )
  for (const skip of ['-1', '100001', 'x'])
    expect(PageQuery.safeParse({ skip }).success).toBe(false)
})

test('a cursor that no list made is refused beside whatever else is wrong', () => {
  const issues = PageQuery.safeParse({ skip: 'x', limit: '0', after: '!' }).error?.issues ?? []
  expect(issues.map(({ path }) => path[0])).toEqual(['skip', 'limit', 'after'])
})

test('a page has a next one only when there is a row more than it shows', () => {
  const page = (count: number) =>
    pageOf(
      Array.from({ length: count }, (_, index) => index),
      3,
      row => `row ${row}`,
      row => [row],
    )
  expect(page(0)).toEqual({ items: [], next: undefined })
  expect(page(3)).toEqual({ items: ['row 0', 'row 1', 'row 2'], next: undefined })
  expect(page(4)).toEqual({ items: ['row 0', 'row 1', 'row 2'], next: [2] })
})

test('the next link keeps the filters and replaces skip and the cursor', () => {
  const { Link = '' } = nextLink(
    'http://internal:7001/products?skip=5&limit=2&search=a%26b&after=x',
    [1],
  )
  expect(Link).toBe(`</products?limit=2&search=a%26b&after=${encodeCursor([1])}>; rel="next"`)
  expect(nextLink('http://internal:7001/products', undefined)).toEqual({})
})

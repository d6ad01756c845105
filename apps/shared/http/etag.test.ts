import { expect, test } from 'vitest'
import { AppError } from './errors.ts'
import { etagOf, isFresh, requireMatch } from './etag.ts'

const tag = etagOf('{"id":1}')

test('the same text has the same tag, another text another', () => {
  expect(etagOf('{"id":1}')).toBe(tag)
  expect(etagOf('{"id":2}')).not.toBe(tag)
  expect(tag).toMatch(/^"[\w-]+"$/)
})

test('a client that names the present version, alone, in a list, weak or by *, has it already', () => {
  for (const header of [tag, `W/${tag}`, `"other", ${tag}`, `"other",W/${tag}`, '*', ' * '])
    expect(isFresh(header, tag), header).toBe(true)
  for (const header of [undefined, '', '"other"', tag.slice(1, -1), '"*"'])
    expect(isFresh(header, tag), header).toBe(false)
})

test('a change that names no version or the present one goes on', () => {
  expect(() => requireMatch(undefined, tag)).not.toThrow()
  expect(() => requireMatch(tag, tag)).not.toThrow()
  expect(() => requireMatch('*', tag)).not.toThrow()
})

test('a change of another version is a 412 that says the present one', () => {
  const refused = () => requireMatch('"old"', tag)
  expect(refused).toThrow(AppError)
  expect(refused).toThrow(
    expect.objectContaining({ status: 412, code: 'version_changed', headers: { ETag: tag } }),
  )
})

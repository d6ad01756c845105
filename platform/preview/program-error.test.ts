import { join } from 'node:path'
import { expect, test } from 'vitest'
import { StackConfigError } from '../config/config.ts'
import { firstError, placeOf } from './program-error.ts'

const root = join(import.meta.dirname, '..', '..')

const errorAt = (...frames: string[]): Error =>
  Object.assign(new Error('wrong'), { stack: ['Error: wrong', ...frames].join('\n    at ') })

test.each([
  [
    'a frame of the program',
    `new Cache (${root}/platform/cache.ts:31:5)`,
    'platform/cache.ts:31:5',
  ],
  ['a file address', `file://${root}/platform/index.ts:9:1`, 'platform/index.ts:9:1'],
  ['a package', `registerResource (${root}/node_modules/@pulumi/x.js:1:1)`, undefined],
  ['Node itself', 'run (node:internal/process:1:1)', undefined],
  ['what runs the program', `run (${root}/platform/preview/record.ts:1:1)`, undefined],
])('the place of an error in %s', (_, frame, place) => {
  expect(placeOf(errorAt(frame), root)).toBe(place)
})

test('the innermost frame of the program counts', () => {
  const error = errorAt(
    `new Resource (${root}/node_modules/@pulumi/x.js:1:1)`,
    `new Cache (${root}/platform/cache.ts:31:5)`,
    `platform (${root}/platform/index.ts:9:1)`,
  )
  expect(placeOf(error, root)).toBe('platform/cache.ts:31:5')
})

test('a mistake in the stack file has no place in the program', () => {
  const mistake = new StackConfigError('dev', ['shop:zones is "9"'])
  mistake.stack = `RunError\n    at loadConfig (${root}/platform/config/config.ts:9:1)`
  expect(placeOf(mistake, root)).toBeUndefined()
})

test('what is thrown and no error becomes one', () => {
  expect(firstError(['a text']).message).toBe('the program threw a text')
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RULES } from './rules.ts'
import { SWITCHES } from './reading/switches.ts'
import { encryptionProperties } from './testing/encryption-properties.ts'

/** What no rule of our own asks about: controls of AWS do, or there is a reason. */
const { byControl, exceptions } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'encryption.json'), 'utf8'),
) as {
  byControl: Record<string, string>
  exceptions: { reason: string; properties: string[] }[]
}
const there = encryptionProperties()
const excepted = exceptions.flatMap(({ properties }) => properties)
const answered = new Set([...SWITCHES, ...Object.keys(byControl), ...excepted])

test('every property of the SDK that decides on encryption has a rule or a written exception', () => {
  expect(there.length).toBeGreaterThan(200)
  expect(there.filter(property => !answered.has(property))).toEqual([])
})

test('no exception is of a property that is gone, or that a rule asks about', () => {
  expect(excepted.filter(property => !there.includes(property))).toEqual([])
  expect(excepted.filter(property => SWITCHES.includes(property))).toEqual([])
  expect(excepted).toHaveLength(new Set(excepted).size)
  for (const { reason } of exceptions) expect(reason.length).toBeGreaterThan(30)
})

test('a control that answers for a property looks at its type', () => {
  for (const [property, control] of Object.entries(byControl)) {
    const type = property.slice(0, property.lastIndexOf('.')).replace(/V2$/, '')
    const rules = RULES.filter(rule => rule.control === control)
    expect(
      rules.some(({ types }) => types.includes(type)),
      property,
    ).toBe(true)
  }
})

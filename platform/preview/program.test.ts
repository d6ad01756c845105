import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import program from '../index.ts'
import { diffStacks } from './diff.ts'
import { IDLE } from './assumptions.ts'
import { estimate } from './costs.ts'
import { recordStack } from './record.ts'
import { replacementTable } from './replacement-table.ts'
import { stacksOf } from './stack-config.ts'
import type { StackPreview } from './stack-preview.ts'
import * as services from '../services.ts'

const root = join(import.meta.dirname, '..', '..')

const record = (stack: string) => recordStack({ root, stack, program: () => program() })

describe.each(stacksOf(root))('the program for %s', stack => {
  let preview: StackPreview
  beforeAll(async () => {
    preview = await record(stack)
  })

  test('has a price or is known to be free, resource by resource', () => {
    const { notPriced, monthlyUsd } = estimate(preview)
    expect(notPriced).toEqual([])
    expect(monthlyUsd).toBeGreaterThan(0)
  })

  test('has only types whose replacing properties are known', () => {
    const table = replacementTable()
    const unknown = preview.resources.filter(
      resource => resource.type.startsWith('aws:') && table.forces(resource, 'none') === 'may',
    )
    expect(unknown.map(({ type }) => type)).toEqual([])
  })

  test('warns of nothing and leaves no secret and no path of this machine in the preview', () => {
    expect(preview.warnings).toEqual([])
    const text = JSON.stringify(preview)
    expect(text).not.toContain(root)
    expect(text).not.toContain('placeholder-')
  })

  test('declares the same every time', async () => {
    const { added, changed, replaced, mayBeReplaced, removed } = diffStacks(
      preview,
      await record(stack),
    )
    expect([added, changed, replaced, mayBeReplaced, removed].flat()).toEqual([])
  })
})

/** How many there were when the target was set. */
const SERVICES = 6

test('dev costs at most 120 USD a month while nobody calls it, and 5 for each further service', async () => {
  const { monthlyUsd } = estimate(await record('dev'), IDLE)
  const more = Math.max(0, Object.keys(services).length - SERVICES)
  expect(monthlyUsd).toBeLessThanOrEqual(120 + 5 * more)
})

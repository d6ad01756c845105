import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const GOLDENS = join(import.meta.dirname, 'goldens')

/** Eight runs of the program: ten seconds of a processor, more where others want it too. */
const LONGEST_MS = 300_000

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shop-reports-'))
  const script = join(import.meta.dirname, 'testing', 'write-reports.ts')
  const { status, stderr } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}, LONGEST_MS)
afterAll(() => rmSync(folder, { recursive: true }))

const NAMES = readdirSync(GOLDENS)

// A change of the platform shows here too: look at what is another, then write the files anew with
// `vitest run --config .ci/vitest.config.ts .ci/report/golden.test.ts -u`.
describe('a real change of the real program is reported as in .ci/report/goldens', () => {
  test.for(NAMES)('%s', async name => {
    const text = readFileSync(join(folder, name), 'utf8')
    await expect(text).toMatchFileSnapshot(join(GOLDENS, name))
  })

  test('and there are seven of them', () => {
    expect(readdirSync(folder)).toEqual(NAMES)
  })
})

import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

// A pattern that the linter can not read is one that it ignores without a word: the rules are tried, not believed.
const IMPORTS: readonly (readonly [file: string, imported: string, allowed: boolean])[] = [
  ['apps/users/a.ts', '../products/app.ts', false],
  ['apps/users/b.ts', '../local/log.ts', false],
  ['apps/users/c.ts', '../../platform/config.ts', false],
  ['apps/users/d.ts', '../shared/run.ts', true],
  // What a callee answers may be known, at no cost at run time.
  ['apps/users/f.ts', 'type ../products/schemas.ts', true],
  ['apps/users/e.ts', './start.ts', true],
  ['apps/shared/a.ts', '../users/manifest.ts', false],
  ['apps/shared/b.ts', './run.ts', true],
  ['apps/shared/testing/c.ts', '../../users/manifest.ts', false],
  ['apps/shared/testing/d.ts', '../run.ts', true],
  ['apps/shared/manifest.ts', './run.ts', false],
  ['apps/local/a.ts', '../users/manifest.ts', false],
  ['apps/local/b.ts', '../shared/manifest.ts', true],
  ['apps/local/edge/c.ts', '../../users/manifest.ts', false],
  ['apps/local/edge/d.ts', '../../shared/manifest.ts', true],
  ['apps/local/edge/e.ts', '../log.ts', true],
  ['platform/a.ts', '../apps/users/app.ts', false],
  ['platform/b.ts', '../apps/users/manifest.ts', true],
  ['platform/c.ts', '../apps/shared/manifest.ts', true],
  ['platform/d.ts', '../apps/shared/environment.ts', true],
  ['platform/e.ts', '../apps/shared/database.ts', false],
  ['platform/service/f.ts', '../../apps/shared/manifest.ts', true],
  ['platform/service/g.ts', '../../apps/local/log.ts', false],
  ['platform/h.test.ts', '../apps/shared/config.ts', true],
  ['policies/a.ts', '../platform/preview/record.ts', false],
  ['policies/b.ts', '../apps/users/manifest.ts', false],
  ['policies/c.ts', '@pulumi/aws', false],
  ['policies/d.ts', 'type @pulumi/aws', true],
  ['policies/rules/e.ts', '../../platform/names.ts', false],
  ['policies/rules/f.ts', '@pulumi/pulumi', false],
  ['policies/rules/g.ts', '../rule.ts', true],
  ['policies/rules/g.fixtures.ts', '@pulumi/aws', true],
  ['policies/reports/h.ts', '../../platform/preview/record.ts', false],
  ['policies/offline/i.ts', '../../platform/preview/record.ts', true],
  ['policies/engine/j.ts', '@pulumi/policy', true],
  ['policies/engine/k.ts', '../../platform/preview/record.ts', false],
]

let folder: string
let said: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shop-imports-'))
  await cp(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  for (const [file, imported] of IMPORTS) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    const isType = imported.startsWith('type ')
    const path = imported.replace('type ', '')
    await writeFile(
      join(folder, file),
      isType
        ? `import type { X } from '${path}'\nexport type Y = X\n`
        : `import { x } from '${path}'\nexport const y = x\n`,
    )
  }
  const linted = spawnSync(
    join(ROOT, 'node_modules/.bin/oxlint'),
    ['--format', 'unix', 'apps', 'platform', 'policies'],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  )
  said = linted.stdout + linted.stderr
})
afterAll(() => rm(folder, { recursive: true }))

test.for(IMPORTS)('%s may import %s: %j', ([file, imported, allowed]) => {
  const refused = said.includes(
    `${file}:1:1: '${imported.replace('type ', '')}' import is restricted`,
  )
  expect(refused, said).toBe(!allowed)
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildVersion } from './build-version.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'build-'))
  mkdirSync(join(root, 'apps', 'users'), { recursive: true })
  for (const file of ['package.json', 'package-lock.json', '.npmrc', '.dockerignore'])
    writeFileSync(join(root, file), file)
  writeFileSync(join(root, 'apps', 'Dockerfile'), 'FROM scratch')
  writeFileSync(join(root, 'apps', 'users', 'main.ts'), 'start()')
})
afterEach(() => rmSync(root, { recursive: true }))

test('the same sources have the same version: 16 characters that a tag may have', () => {
  expect(buildVersion(root, 'arm64')).toBe(buildVersion(root, 'arm64'))
  expect(buildVersion(root, 'arm64')).toMatch(/^[0-9a-f]{16}$/)
})

test.for([
  ['a source', 'apps/users/main.ts'],
  ['the Dockerfile', 'apps/Dockerfile'],
  ['the lock file', 'package-lock.json'],
  ['what is left out of the build', '.dockerignore'],
  ['a new file', 'apps/users/new.ts'],
] as const)('%s that changes makes another version', ([, file]) => {
  const before = buildVersion(root, 'arm64')
  writeFileSync(join(root, file), 'changed')
  expect(buildVersion(root, 'arm64')).not.toBe(before)
})

test('what no image holds does not matter', () => {
  const before = buildVersion(root, 'arm64')
  writeFileSync(join(root, 'README.md'), 'text')
  expect(buildVersion(root, 'arm64')).toBe(before)
})

test('another architecture is another version', () => {
  expect(buildVersion(root, 'x86_64')).not.toBe(buildVersion(root, 'arm64'))
})

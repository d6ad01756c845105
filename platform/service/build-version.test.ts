import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildVersions } from './build-version.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'build-'))
  mkdirSync(join(root, 'apps'), { recursive: true })
  for (const file of ['package.json', 'package-lock.json', '.npmrc'])
    writeFileSync(join(root, file), file)
  writeFileSync(join(root, 'apps', 'Dockerfile'), 'FROM scratch')
  for (const folder of ['users', 'orders', 'shared', 'bundle']) {
    mkdirSync(join(root, 'apps', folder), { recursive: true })
    writeFileSync(join(root, 'apps', folder, 'main.ts'), folder)
  }
})
afterEach(() => rmSync(root, { recursive: true }))

test('the same sources have the same version: 16 characters that a tag may have', () => {
  expect(buildVersions(root, 'arm64')('users')).toBe(buildVersions(root, 'arm64')('users'))
  expect(buildVersions(root, 'arm64')('users')).toMatch(/^[0-9a-f]{16}$/)
})

test.for([
  ['a source', 'apps/users/main.ts'],
  ['what services share', 'apps/shared/main.ts'],
  ['how it is bundled', 'apps/bundle/main.ts'],
  ['the Dockerfile', 'apps/Dockerfile'],
  ['the lock file', 'package-lock.json'],
  ['a new file', 'apps/users/new.ts'],
] as const)('%s that changes makes another version', ([, file]) => {
  const before = buildVersions(root, 'arm64')('users')
  writeFileSync(join(root, file), 'changed')
  expect(buildVersions(root, 'arm64')('users')).not.toBe(before)
})

test.for([
  ['prose', 'README.md'],
  ['another service', 'apps/orders/main.ts'],
  ['a test', 'apps/users/main.test.ts'],
  ['what tests share', 'apps/shared/testing/database.ts'],
  ['what the tests of one service share', 'apps/users/testing.ts'],
] as const)('%s is in no image of users and makes no other version of it', ([, file]) => {
  const before = buildVersions(root, 'arm64')('users')
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), 'changed')
  expect(buildVersions(root, 'arm64')('users')).toBe(before)
})

test('services of the same files are of different versions', () => {
  const versionOf = buildVersions(root, 'arm64')
  expect(versionOf('users')).not.toBe(versionOf('orders'))
})

test('another architecture is another version', () => {
  expect(buildVersions(root, 'x86_64')('users')).not.toBe(buildVersions(root, 'arm64')('users'))
})

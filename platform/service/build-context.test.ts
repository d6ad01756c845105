import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildContexts } from './build-context.ts'
import { buildVersions } from './build-version.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'context-'))
  for (const file of [
    ...['package.json', 'package-lock.json', '.npmrc', 'Pulumi.prod.yaml', '.env'],
    ...['apps/Dockerfile', 'apps/bundle/main.ts', 'apps/shared/kit.ts', 'apps/shared/kit.test.ts'],
    ...['apps/users/main.ts', 'apps/users/testing.ts', 'apps/orders/main.ts', 'apps/local/edge.ts'],
  ])
    write(file, file)
})
afterEach(() => rmSync(root, { recursive: true }))

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

const contextOf = (service: string) =>
  buildContexts(root)(service, buildVersions(root, 'arm64')(service))

const filesIn = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(join(root, folder).length + 1))
    .sort()

test('an image is built from its own service, what services share and how they are bundled, without tests', () => {
  expect(filesIn(contextOf('users'))).toEqual([
    ...['.npmrc', 'apps/Dockerfile', 'apps/bundle/main.ts', 'apps/shared/kit.ts'],
    ...['apps/users/main.ts', 'package-lock.json', 'package.json'],
  ])
})

test('what another service changes leaves the folder as it is; a change of its own makes another one', () => {
  const before = contextOf('users')
  write('apps/orders/main.ts', 'changed')
  expect(contextOf('users')).toBe(before)
  write('apps/users/main.ts', 'changed')
  const after = contextOf('users')
  expect(after).not.toBe(before)
  expect(readFileSync(join(root, after, 'apps/users/main.ts'), 'utf8')).toBe('changed')
})

test('files have one mode, whatever the checkout gave them', () => {
  chmodSync(join(root, 'apps/users/main.ts'), 0o775)
  expect(statSync(join(root, contextOf('users'), 'apps/users/main.ts')).mode & 0o777).toBe(0o644)
})

test('what a run that was killed left behind is not taken for the folder', () => {
  const version = buildVersions(root, 'arm64')('users')
  write(`node_modules/.cache/images/users-${version}.1/apps/Dockerfile`, 'half')
  expect(filesIn(buildContexts(root)('users', version))).toHaveLength(7)
})

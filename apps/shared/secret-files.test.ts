import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { readConfig } from './config.ts'
import { defineService } from './manifest.ts'
import { secretText } from './secret-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'secrets-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

test.for([
  ['its variable', { KEY: 'a' }, 'a'],
  ['the file that KEY_FILE names, without the newline at its end', { KEY_FILE: 'b\n' }, 'b'],
  ['a file of several lines, as it is', { KEY_FILE: 'b\nc\n' }, 'b\nc'],
  ['a file beside an empty variable', { KEY: '', KEY_FILE: 'b' }, 'b'],
  ['nowhere', {}, undefined],
  ['an empty file, which is none', { KEY_FILE: '\n' }, undefined],
] as const)('a secret comes from %s', ([, env, expected]) => {
  const given: Record<string, string> = { ...env }
  if (given['KEY_FILE'] !== undefined) given['KEY_FILE'] = file('key', given['KEY_FILE'])
  expect(secretText(given, 'KEY')).toBe(expected)
})

const manifest = defineService({
  name: 'vault',
  description: 'Keeps',
  routes: ['/vault'],
  needs: { database: true },
  secrets: { key: z.string().min(20, 'must have 20 characters') },
})
const env = { PORT: '7001', PUBLIC_URL: 'https://shop.example.com' }

test('a service reads every secret of its manifest from files', () => {
  const config = readConfig(manifest, {
    ...env,
    DATABASE_URL_FILE: file('url', 'postgres://vault:hunter2@db:5432/shop\n'),
    KEY_FILE: file('key', `${'k'.repeat(20)}\n`),
  })
  expect(config.database.url).toBe('postgres://vault:hunter2@db:5432/shop')
  expect(config.secrets.key).toBe('k'.repeat(20))
})

test('a file that is not there, one beside its variable, and a bad value are reported together, values never', () => {
  const read = () =>
    readConfig(manifest, {
      ...env,
      PORT_FILE: file('port', '1'),
      DATABASE_URL: 'postgres://vault:hunter2@db:5432/shop',
      DATABASE_URL_FILE: file('url', 'postgres://vault:hunter3@db:5432/shop'),
      KEY_FILE: join(folder, 'gone'),
    })
  expect(read).toThrow(
    `  DATABASE_URL and DATABASE_URL_FILE are both given: leave one out\n  KEY_FILE is "${folder}/gone", which can't be read (ENOENT)`,
  )
  expect(read).not.toThrow(/hunter/)
})

test('a setting that would take the name of a secret file is refused', () => {
  expect(() =>
    defineService({
      name: 'vault',
      description: 'Keeps',
      routes: ['/vault'],
      settings: { keyFile: z.string() },
      secrets: { key: z.string() },
    }),
  ).toThrow("KEY_FILE can't be a setting: it names the file of KEY")
})

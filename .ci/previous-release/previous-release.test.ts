import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest'
import { previousRelease } from './previous-release.ts'

const MODULES = join(import.meta.dirname, '..', '..', 'node_modules')

/** A service's test: its migrations run, then its code writes a note. */
const testOf = (service: string) => `
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test } from 'vitest'
test('${service} writes a note', async () => {
  const folder = join(import.meta.dirname, 'migrations')
  const client = new pg.Client({ connectionString: process.env.POSTGRES_URL })
  await client.connect()
  try {
    await client.query('begin; create schema previous; set local search_path = previous')
    for (const file of readdirSync(folder).sort())
      await client.query(readFileSync(join(folder, file), 'utf8'))
    expect(await client.query("insert into notes (note) values ('a')")).toMatchObject({ rowCount: 1 })
  } finally {
    await client.query('rollback')
    await client.end()
  }
})
`
const RELEASED = {
  'package.json': '{ "type": "module", "dependencies": { "pg": "8.0.0" } }',
  '.gitignore': 'node_modules\n',
  '.ci/vitest.config.ts': `
import { join } from 'node:path'
export default { root: join(import.meta.dirname, '..'), test: { include: ['apps/**/*.test.ts'] } }
`,
  'apps/breaks/migrations/0001-create.sql': 'create table notes (note text not null)',
  'apps/breaks/breaks.test.ts': testOf('breaks'),
  'apps/expands/migrations/0001-create.sql': 'create table notes (note text not null)',
  'apps/expands/expands.test.ts': testOf('expands'),
}

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'shop-released-'))
  write(RELEASED)
  symlinkSync(MODULES, join(root, 'node_modules'))
  git('init', '--quiet')
  git('add', '.')
  git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '-m', 'first')
})
afterEach(() => {
  rmSync(root, { recursive: true })
  vi.unstubAllEnvs()
})

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

function git(...args: string[]): void {
  const { status, stderr } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

function run(...args: string[]) {
  const said: string[] = []
  const say = (line: string) => void said.push(line)
  const code = previousRelease({ args, root, print: say, complain: say })
  return { code, said: said.join('\n') }
}

test('code that was released fails where a migration takes away what it uses, and passes where one adds', () => {
  vi.stubEnv('POSTGRES_URL', inject('postgresUrl'))
  git('tag', 'v1.0.0')
  write({
    'apps/expands/migrations/0002-remark.sql': 'alter table notes add column remark text',
    // Its own code is for the new table; the released one is not.
    'apps/expands/expands.test.ts': 'throw new Error("not this one")',
    'apps/later/migrations/0001-create.sql': 'create table later (id int)',
  })
  expect(run()).toEqual({
    code: 0,
    said: 'tests of expands as of v1.0.0, on the tables as they will be',
  })
  write({ 'apps/breaks/migrations/0002-drop.sql': 'alter table notes rename note to remark' })
  const { code, said } = run('breaks')
  expect(code).toBe(1)
  expect(said).toContain('column "note" of relation "notes" does not exist')
  expect(said).toContain(
    'v1.0.0 would break while these have run and it still serves: apps/breaks/migrations/0002-drop.sql',
  )
})

test('without a new migration nothing runs, and without a release it says so', () => {
  expect(run()).toMatchObject({ code: 0, said: expect.stringMatching(/^did not run: there is no/) })
  expect(run('--release', 'HEAD')).toEqual({
    code: 0,
    said: 'no migrations since HEAD: its code works with the tables as they are',
  })
})

test('a migration that was released stays as it is', () => {
  write({ 'apps/breaks/migrations/0001-create.sql': 'create table notes (note text)' })
  rmSync(join(root, 'apps/expands/migrations/0001-create.sql'))
  const { code, said } = run('--release', 'HEAD')
  expect(code).toBe(1)
  expect(said).toMatch(
    /breaks\/migrations\/0001-create.sql was released and has been changed since/,
  )
  expect(said).toMatch(/expands\/migrations\/0001-create.sql was released and has been deleted/)
})

test.for([
  [['--release', 'v9'], '--release v9: git knows no such commit'],
  [['--release', 'HEAD', 'notes'], 'there is no service "notes" with migrations'],
  [['--since', 'v1'], "Unknown option '--since'"],
] as const)('%j is refused', ([args, message]) => {
  expect(run(...args)).toMatchObject({ code: 2, said: expect.stringContaining(message) })
})

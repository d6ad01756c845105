import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PreviewResource } from '../../platform/preview/stack-preview.ts'
import { resource, stackOf } from '../../platform/preview/testing.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { type Approval, readApprovals } from './approvals.ts'
import { changesBetween } from './changes.ts'
import { guard } from './guard.ts'
import { markdown } from './markdown/markdown.ts'
import { readSnapshot, SnapshotError } from './read-snapshot.ts'

const TODAY = '2026-11-30'

const snapshot = (resources: PreviewResource[], more: Partial<Snapshot> = {}): Snapshot => ({
  version: 1,
  revision: '',
  stacks: [{ preview: stackOf(resources), findings: [] }],
  ...{ migrations: [], api: {}, builds: {}, images: {}, approvals: [] },
  ...more,
})

const reported = (base: Snapshot, head: Snapshot, most?: number) =>
  markdown(changesBetween(base, head, TODAY), most)

const database = (inputs: PreviewResource['inputs'] = {}) =>
  resource('db', 'aws:rds/instance:Instance', { engine: 'postgres', ...inputs })
const queue = (name: string, inputs: PreviewResource['inputs'] = {}) =>
  resource(name, 'aws:sqs/queue:Queue', inputs)
const role = (name: string, inputs: PreviewResource['inputs'] = {}) =>
  resource(name, 'aws:iam/role:Role', inputs)

describe('text of who sent the pull request', () => {
  const EVIL = 'x`</code></details>\n\n# @everyone #1 <img src=x> [a](http://b) \u202Eabc |'

  test('ends no code span, starts no line and mentions nobody', () => {
    const head = snapshot([role('role', { description: EVIL }), role(EVIL)], {
      migrations: [{ file: EVIL, sha256: '', findings: [] }],
      api: { a: { paths: { [EVIL]: { get: { responses: {} } } } } },
      builds: { [EVIL]: 'x' },
    })
    head.stacks[0]!.findings.push({ control: EVIL, severity: EVIL, urn: EVIL, message: EVIL })
    const text = reported(snapshot([role('role', { description: '' })]), head)
    expect(text.split('\n').filter(line => /^\s*#\s/.test(line))).toEqual([])
    expect(text).not.toContain('\u202E')
    // What is left when code spans and elements of ours are taken away is our own words.
    const own = text
      .replaceAll(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '')
      .replaceAll(/<code>[^<]*<\/code>/g, '')
    expect(own).not.toMatch(/@|\[a\]|<img|http/)
    expect(text).toContain('&#64;everyone')
    expect(own.match(/<details>/g)?.length).toBe(own.match(/<\/details>/g)?.length)
  })

  test('ends no cell of the table', () => {
    const head = snapshot([])
    head.stacks[0]!.preview.stack = 'a|b'
    expect(reported(snapshot([]), head)).toContain(String.raw`| ${'`'}a\|b${'`'} | 0 |`)
  })

  test('shows no secret, marked or not', () => {
    const before = { password: 'a', environment: [{ value: 'old' }], url: '' }
    const after = {
      password: 'hunter22',
      environment: [{ value: 'sk_live_abcdefgh' }],
      url: 'postgres://shop:hunter22@host/db',
    }
    const text = reported(snapshot([role('r', before)]), snapshot([role('r', after)]))
    expect(text).not.toMatch(/hunter22|sk_live/)
    expect(text).toContain('`password`: `[secret]` → `[secret]`')
    expect(text).toContain('postgres[secret]host/db')
  })
})

describe('a report that would not fit into a comment', () => {
  const many = (count: number, value: string) =>
    Array.from({ length: count }, (_, i) => role(`role-${i}`, { description: value.repeat(40) }))
  const before = [...many(600, 'a'), database(), ...many(1, 'x').map(() => queue('jobs'))]
  const text = reported(snapshot(before), snapshot(many(600, 'b')))

  test('says less of what is not dangerous, and that it does', () => {
    expect(text.length).toBeLessThanOrEqual(65_536)
    expect(text.length).toBeGreaterThan(10_000)
    expect(text).toContain('Left out, to fit into a comment: ')
  })

  test('keeps each line about what is lost, however little there is room for', () => {
    const short = reported(snapshot(before), snapshot(many(600, 'b')), 1500)
    expect(short.length).toBeLessThanOrEqual(1500)
    for (const line of ['**DELETED** `rds.Instance` `db`', '**DELETED** `sqs.Queue` `jobs`'])
      expect(short).toContain(line)
  })

  test('counts the names of what is lost where there are thousands', () => {
    const queues = Array.from({ length: 1500 }, (_, i) => queue(`queue-with-a-long-name-${i}`))
    const lost = reported(snapshot([...queues, database()]), snapshot([]))
    expect(lost.length).toBeLessThanOrEqual(65_536)
    expect(lost).toContain('1500 × `sqs.Queue`')
    expect(lost).toContain('`rds.Instance` `db`')
  })
})

describe('stacks and components that have no counterpart', () => {
  const named = (stack: string, resources: PreviewResource[]): Snapshot => {
    const text = JSON.stringify({ ...stackOf(resources), stack })
    const preview = JSON.parse(text.replaceAll('urn:pulumi:dev::', `urn:pulumi:${stack}::`))
    return snapshot([], { stacks: [{ preview, findings: [] }] })
  }

  test('a stack that only the head has is new', () => {
    const { notes, stacks } = changesBetween(
      named('dev', [database()]),
      {
        ...snapshot([]),
        stacks: [...named('dev', [database()]).stacks, ...named('test', [queue('q')]).stacks],
      },
      TODAY,
    )
    expect(notes).toEqual(['stack test is new: the base has no such stack, all of it is created'])
    expect(stacks.map(({ diff }) => diff.added.length)).toEqual([0, 1])
  })

  test('a stack with the resources of one that went is taken for the same', () => {
    const { notes, stacks, dangers } = changesBetween(
      named('dev', [database()]),
      named('test', [database()]),
      TODAY,
    )
    expect(notes[0]).toMatch(
      /^stack dev seems to be renamed to test; compared as if "pulumi stack rename test"/,
    )
    expect(stacks[0]?.diff).toMatchObject({ added: [], removed: [], unchanged: 1 })
    expect(dangers).toEqual([])
  })

  test('a stack whose file went is left as it is, which is said', () => {
    const { notes, dangers } = changesBetween(
      named('dev', [database(), queue('q')]),
      named('other', [role('r')]),
      TODAY,
    )
    expect(notes.join()).toContain('what it made stays until "pulumi destroy --stack dev"')
    expect(dangers).toEqual([])
  })

  test('a resource in another component is deleted and created, unless it has an alias', () => {
    const old = {
      ...database(),
      urn: 'urn:pulumi:dev::shop::a:b:Old$aws:rds/instance:Instance::db',
    }
    const moved = {
      ...database(),
      urn: 'urn:pulumi:dev::shop::a:b:New$aws:rds/instance:Instance::db',
    }
    const lost = changesBetween(snapshot([old]), snapshot([moved]), TODAY)
    expect(lost.dangers).toMatchObject([{ kind: 'deleted', subject: 'rds.Instance db' }])
    expect(lost.notes[0]).toContain('moved to another component without an alias')
    const aliased = { ...moved, aliases: [old.urn] }
    const kept = changesBetween(snapshot([old]), snapshot([aliased]), TODAY)
    expect(kept).toMatchObject({ dangers: [], notes: [] })
    expect(markdown(kept)).toContain('(was `a:b:Old$aws:rds/instance:Instance::db`)')
  })
})

test('policy findings are new, fixed or waived from now on, and those that stay are counted', () => {
  const found = (control: string, waived = false) => ({
    ...{
      control,
      severity: 'high',
      urn: 'urn:pulumi:dev::shop::t::db',
      message: `${control} fails`,
    },
    ...(waived && { waiver: { reason: 'it is meant', owner: 'platform', expires: '2027-01-01' } }),
  })
  const base = snapshot([database()])
  const head = snapshot([database()])
  base.stacks[0]!.findings.push(found('A'), found('B'), found('C'), found('D', true))
  head.stacks[0]!.findings.push(found('B'), found('C', true), found('D', true), found('E'))
  const changes = changesBetween(base, head, TODAY)
  const { policies } = changes.stacks[0]!
  const controls = (of: readonly { control: string }[]) => of.map(({ control }) => control).join()
  expect([controls(policies.new), controls(policies.fixed), controls(policies.waived)]).toEqual([
    ...['E', 'A', 'C'],
  ])
  const text = markdown(changes)
  expect(text).toContain('**1 new**, 1 fixed, 1 newly waived, 1 still open')
  expect(text).toContain('until `2027-01-01`, `platform`: `it is meant`')
  expect(text.split('\n')[1]).toBe('### 🛑 1 new policy finding')
})

test('a migration that is edited or deleted after it may have run is warned of', () => {
  const migration = (file: string, sha256: string) => ({ file, sha256, findings: [] })
  const files = ['apps/a/migrations/1.sql', 'apps/a/migrations/2.sql', 'apps/gone/migrations/1.sql']
  const base = snapshot([], { migrations: files.map(file => migration(file, 'x')) })
  const head = snapshot([], { migrations: [migration(files[0]!, 'y')], builds: { a: '' } })
  const text = reported(base, head)
  expect(text).toContain(`migration \`${files[0]}\` is edited, and may have run already`)
  expect(text).toContain(`migration \`${files[1]}\` is deleted, and may have run already`)
  expect(text).not.toContain('gone')
})

describe('the guard', () => {
  const base = snapshot([database()])
  const replaced = database({ engine: 'mysql', dbName: 'other', storageEncrypted: true })
  const approval: Approval = {
    ...{ resource: 'rds.Instance db', stack: 'dev', change: 'replace' },
    ...{ reason: 'empty until the launch', approver: '@lee', expires: '2026-12-31' },
  }
  const judged = (approvals: Approval[], head: PreviewResource[] = [replaced]) =>
    guard(changesBetween(base, snapshot(head, { approvals }), TODAY))

  test('refuses what loses data, with the cause and the entry to write', () => {
    const { passed, lines } = judged([])
    expect(passed).toBe(false)
    expect(lines[0]).toMatch(
      /^dev: rds\.Instance db replaced, loses data \(.*dbName.*\): NOT APPROVED$/,
    )
    expect(lines.at(-1)).toBe(
      '{"resource":["rds.Instance db"],"stack":"dev","change":"replace","reason":"","approver":"","expires":""}',
    )
  })

  test('lets pass what is approved, and names who approved it', () => {
    const { passed, lines } = judged([approval])
    expect(lines[0]).toContain('approved by @lee until 2026-12-31')
    expect(passed).toBe(true)
  })

  test.for([
    ['ended', { expires: '2026-11-29' }, 'the approval by @lee ended on 2026-11-29'],
    ['is for a deletion', { change: 'delete' as const }, 'unused approval of rds.Instance db'],
    ['is for another stack', { stack: ['prod'] }, 'unused approval of rds.Instance db'],
    [
      'is for another resource',
      { resource: 'rds.Instance db2' },
      'unused approval of rds.Instance db2',
    ],
  ] as const)('refuses where the approval %s, and says so', ([, other, said]) => {
    const { passed, lines } = judged([{ ...approval, ...other } as Approval])
    expect(passed).toBe(false)
    expect(lines.join('\n')).toContain(said)
  })

  test('reads approvals that say who, why and until when, and names what is wrong with others', () => {
    const root = mkdtempSync(join(tmpdir(), 'shop-approvals-'))
    const readOf = (text: string) => {
      writeFileSync(join(root, '.ci', 'approvals.json'), text)
      return readApprovals(root)
    }
    try {
      expect(readApprovals(root)).toEqual([])
      mkdirSync(join(root, '.ci'))
      expect(readOf(JSON.stringify({ approvals: [approval] }))).toEqual([approval])
      const { approver: _, ...unsigned } = approval
      for (const wrong of [
        unsigned,
        { ...approval, expires: 'soon' },
        { ...approval, reason: 'ok' },
      ])
        expect(() => readOf(JSON.stringify({ approvals: [wrong] }))).toThrow(
          /approvals\.json: [^]*an entry has resource, stack and change/,
        )
      expect(() => readOf('{')).toThrow('.ci/approvals.json is not JSON')
    } finally {
      rmSync(root, { recursive: true })
    }
  })

  test('refuses what breaks clients until that operation is approved', () => {
    const document = { paths: { '/a': { get: { responses: {} } } } }
    const before = snapshot([], { api: { shop: document } })
    const after = (approvals: Approval[]) =>
      guard(changesBetween(before, snapshot([], { approvals }), TODAY)).passed
    const { reason, approver, expires } = approval
    expect(after([])).toBe(false)
    expect(after([{ api: 'GET /b', reason, approver, expires }])).toBe(false)
    expect(after([{ api: ['GET /a'], reason, approver, expires }])).toBe(true)
  })
})

describe('npm run report', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'shop-report-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const run = (command: string, ...args: string[]) => {
    const script = join(import.meta.dirname, `${command}.ts`)
    return spawnSync(process.execPath, [script, ...args], { cwd: folder, encoding: 'utf8' })
  }
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)

  test('names the file that it can not read and how to write it, without a stack', () => {
    write('good', JSON.stringify(snapshot([])))
    write('empty', '')
    write('cut', JSON.stringify(snapshot([])).slice(0, -20))
    write('other', JSON.stringify({ ...snapshot([]), version: 7 }))
    const preview = { ...stackOf([]), version: 2 }
    write('preview', JSON.stringify({ ...snapshot([]), stacks: [{ preview, findings: [] }] }))
    write('list', '[]')
    write('plain', JSON.stringify({ version: 1, stacks: [stackOf([])] }))
    const { status, stderr } = run('main', '--base', 'empty', '--head', 'good')
    expect(stderr).toBe('empty is empty; write it with: npm run snapshot -- --out FILE\n')
    expect(status).toBe(1)
    const said = (name: string): string => {
      try {
        readSnapshot(join(folder, name))
      } catch (error) {
        if (error instanceof SnapshotError) return error.message.replaceAll(`${folder}/`, '')
        throw error
      }
      return 'read'
    }
    expect(said('good')).toBe('read')
    expect(said('cut')).toMatch(/^cut is not JSON, or was cut \(/)
    expect(said('other')).toMatch(/^other has version 7 and only 1 can be read; /)
    expect(said('preview')).toContain('stacks.0.preview.version: is of another version than 1')
    expect(said('plain')).toMatch(/^plain holds a preview, which is a part of a snapshot; /)
    expect(said('list')).toMatch(/^list holds no snapshot; /)
    expect(said('missing')).toMatch(/^cannot read missing \(ENOENT/)
  })

  test('refuses a wrong command line with 2, and the guard fails with 1 what is not approved', () => {
    write('base', JSON.stringify(snapshot([database()])))
    write('head', JSON.stringify(snapshot([])))
    expect(run('main', '--base', 'base', '--format', 'pdf', '--head', 'head')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--format pdf: there are markdown and json'),
    })
    const { status, stdout } = run('guard-main', '--base', 'base', '--head', 'head')
    expect(status).toBe(1)
    expect(stdout).toMatch(/^dev: rds\.Instance db deleted, loses data: NOT APPROVED$/m)
  })
})

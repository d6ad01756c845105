import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { expect, test } from 'vitest'
import { preview } from './preview.ts'
import { testProject } from './testing.ts'

const FILES = {
  'Pulumi.dev.yaml': 'config: { shop:days: 1 }',
  'Pulumi.prod.yaml': 'config: { shop:days: 7 }',
}

class Store extends pulumi.ComponentResource {
  constructor(name: string, days: number) {
    super('shop:test:Store', name)
    const parent = { parent: this, protect: days > 1 }
    new aws.rds.Instance(
      `${name}-database`,
      { instanceClass: 'db.t4g.micro', allocatedStorage: 20, backupRetentionPeriod: days },
      parent,
    )
    this.registerOutputs({})
  }
}

const store = () => {
  new Store('store', new pulumi.Config().requireNumber('days'))
}

async function run(root: string, argv: string[], program: () => unknown = store) {
  const lines: string[] = []
  const complaints: string[] = []
  const code = await preview({
    argv,
    root,
    load: async () => program,
    print: line => void lines.push(line),
    complain: line => void complaints.push(line),
  })
  return { code, text: lines.join('\n'), complaints: complaints.join('\n') }
}

test('without a stack every stack is shown: tree by component, counts, costs', async () => {
  using project = testProject(FILES)
  const { code, text } = await run(project.root, [])
  expect(code).toBe(0)
  expect(text).toContain('shop dev in us-east-1: 1 resources\n\nStore store\n  rds.Instance')
  expect(text).toMatch(/shop prod[^]*rds\.Instance +store-database {2}protected/)
  expect(text).toContain('by component: store 1\nby type: rds.Instance 1')
  expect(text).toMatch(
    /about 13\.98 USD a month, 13\.98 while nobody calls it.*\n {2}store +13\.98 {2}rds\.db\.t4g\.micro 11\.68, rds\.gp3 2\.30/,
  )
})

test('what --json wrote of several stacks --against compares, stack by stack', async () => {
  using project = testProject(FILES)
  const file = join(project.root, 'before.json')
  const first = await run(project.root, ['--stack', 'dev', '--stack', 'prod', '--json', file])
  expect(first.code).toBe(0)
  const written = JSON.parse(readFileSync(file, 'utf8')) as { stacks: { stack: string }[] }
  expect(written).toMatchObject({ version: 1, stacks: [{ stack: 'dev' }, { stack: 'prod' }] })
  writeFileSync(join(project.root, 'Pulumi.prod.yaml'), 'config: { shop:days: 30 }')
  const { text } = await run(project.root, ['--against', file])
  expect(text).toContain(
    '0 added, 0 changed, 0 replaced, 0 may be replaced, 0 removed, 1 unchanged',
  )
  expect(text).toContain(
    'changed rds.Instance store-database\n      backupRetentionPeriod: 7 -> 30',
  )
})

test('a stack that the earlier preview lacks is said to be', async () => {
  using project = testProject(FILES)
  const file = join(project.root, 'before.json')
  await run(project.root, ['--stack', 'dev', '--json', file])
  const { code, text } = await run(project.root, ['--stack', 'prod', '--against', file])
  expect(code).toBe(0)
  expect(text).toContain('the earlier preview has no stack prod; it has dev')
})

test.each([
  [['--stack', 'test'], 'there is no stack "test": Pulumi.STACK.yaml exists for dev, prod'],
  [['--stak', 'dev'], "Unknown option '--stak'"],
  [['dev'], "Unexpected argument 'dev'"],
  [['--against', 'none.json'], 'cannot read none.json (ENOENT'],
  [['--json', 'none/out.json'], '--json none/out.json: there is no folder none'],
])('%j exits with 2, says what is allowed and does not run the program', async (argv, message) => {
  using project = testProject(FILES)
  const { code, text, complaints } = await run(project.root, argv, () => {
    throw new Error('ran')
  })
  expect([code, text]).toEqual([2, ''])
  expect(complaints).toContain(message)
})

test.each([
  ['{"version":2}', 'has version 2 and only 1 can be read'],
  ['[]', 'holds no preview'],
  ['{"version":1,"stacks":[{}]}', 'holds no preview'],
  ['{', 'is not JSON'],
])('a file with %s cannot be compared with', async (content, message) => {
  using project = testProject({ ...FILES, 'before.json': content })
  const { code, complaints } = await run(project.root, [
    '--against',
    join(project.root, 'before.json'),
  ])
  expect(code).toBe(2)
  expect(complaints).toContain(message)
})

test("the program's own error comes out as it is, with stack and place, and exits with 1", async () => {
  using project = testProject(FILES)
  const file = join(project.root, 'out.json')
  const { code, complaints } = await run(project.root, ['--stack', 'dev', '--json', file], () => {
    throw new Error('shop:zones is 4; allowed are 2 and 3')
  })
  expect(code).toBe(1)
  expect(complaints).toMatch(
    /^stack dev: shop:zones is 4; allowed are 2 and 3\n {4}at .*preview\.test\.ts:\d+:\d+$/,
  )
})

test('what else is to be said of a stack follows its costs, stack by stack', async () => {
  using project = testProject(FILES)
  const lines: string[] = []
  const code = await preview({
    argv: [],
    root: project.root,
    load: async () => store,
    loadVerdict: async () => recorded => [`policies of ${recorded.stack}`],
    print: line => void lines.push(line),
    complain: () => undefined,
  })
  expect(code).toBe(0)
  expect(lines.join('\n')).toMatch(
    /shop dev[^]*USD[^]*policies of dev[^]*shop prod[^]*policies of prod/,
  )
})

test('warnings of the program are shown', async () => {
  using project = testProject(FILES)
  const warning = () => pulumi.log.warn('alarmEmail is empty')
  const { text } = await run(project.root, ['--stack', 'dev'], warning)
  expect(text).toContain('warning: alarmEmail is empty')
})

const execute = promisify(execFile)

test('there are colours when asked for, and none elsewhere or with NO_COLOR', async () => {
  const run = async (env: NodeJS.ProcessEnv) => {
    const code = `
      import { printTree } from ${JSON.stringify(join(import.meta.dirname, 'tree.ts'))}
      console.log(printTree({ project: 'p', stack: 's', region: 'r', resources: [], warnings: [] })[0])`
    const { NO_COLOR: _no, FORCE_COLOR: _force, ...rest } = process.env
    const args = ['--input-type=module', '--eval', code]
    return (await execute(process.execPath, args, { env: { ...rest, ...env } })).stdout
  }
  expect(await run({ FORCE_COLOR: '1' })).toContain('\u001B[1mp s')
  expect(await run({})).toContain('p s in r')
  expect(await run({})).not.toContain('\u001B')
  expect(await run({ NO_COLOR: '1' })).not.toContain('\u001B')
})

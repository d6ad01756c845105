import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PreviewResource } from '../../platform/preview/stack-preview.ts'
import { resource, stackOf } from '../../platform/preview/testing.ts'
import { runStep } from './run-step.ts'
import { preparation, readWorkflow, type Step, workflowNames } from './workflow.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const NAMES = workflowNames()
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
  devDependencies: Record<string, string>
}

const textOf = (name: string) =>
  readFileSync(join(ROOT, '.github', 'workflows', `${name}.yml`), 'utf8')

const jobsOf = (name: string) => Object.entries(readWorkflow(name).jobs)

/** As `actions/checkout@HASH # v7.0.1`; `$/` is this repository at the commit that runs. */
const PINNED =
  /^\s*(?:- )?uses: (?:[\w./-]+@[\da-f]{40} # v\d+\.\d+\.\d+|\$\/\.github\/actions\/prepare)$/

describe.for(NAMES)('the workflow %s', name => {
  test('has no right that a job does not name, an end for each job, and pinned actions', () => {
    const { permissions } = readWorkflow(name)
    expect([{}, { contents: 'read' }]).toContainEqual(permissions)
    for (const [, job] of jobsOf(name)) expect(job['timeout-minutes']).toBeLessThanOrEqual(120)
    const uses = textOf(name)
      .split('\n')
      .filter(line => line.includes('uses:'))
    expect(uses.filter(line => !PINNED.test(line))).toEqual([])
  })

  test('never gives code of a pull request rights, nor text of it to a shell', () => {
    expect(textOf(name)).not.toMatch(/pull_request_target|secrets\./)
    for (const [, { steps }] of jobsOf(name))
      for (const { run = '', uses = '', with: given } of steps) {
        expect(run).not.toContain('${{')
        if (uses.startsWith('actions/checkout@')) expect(given['persist-credentials']).toBe(false)
      }
  })

  test('calls commands that exist', () => {
    const runs = jobsOf(name).flatMap(([, { steps }]) => steps.flatMap(({ run }) => run ?? []))
    const text = runs.join('\n')
    for (const [, file = ''] of text.matchAll(/(?:node |^)(\.ci\/[\w./-]+)/gm))
      expect(existsSync(join(ROOT, file)), file).toBe(true)
    for (const [, script = ''] of text.matchAll(/npm run (?:--silent )?([\w-]+)/g))
      expect(manifest.scripts).toHaveProperty(script)
  })

  test('has one run at a time for each stack, and ends none that deploys', () => {
    const { concurrency } = readWorkflow(name)
    for (const [job, one] of jobsOf(name)) {
      expect(one.concurrency ?? concurrency, job).toBeDefined()
      if (one.environment !== undefined)
        expect(one.concurrency).toEqual({ group: `deploy-${one.environment}` })
    }
  })
})

test('only the run of main that reads data alone may write to pull requests', () => {
  const writers = NAMES.filter(name =>
    jobsOf(name).some(([, job]) => job.permissions?.['pull-requests'] === 'write'),
  )
  expect(writers).toEqual(['comment'])
  const [[, { steps }] = ['', { steps: [] as Step[] }]] = jobsOf('comment')
  expect(
    steps.find(({ uses = '' }) => uses.startsWith('actions/checkout@'))?.with,
  ).not.toHaveProperty('ref')
})

test('jobs that can take a role of AWS run nothing from a cache', () => {
  for (const name of NAMES)
    for (const [job, { permissions, steps }] of jobsOf(name)) {
      if (permissions?.['id-token'] !== 'write') continue
      const prepared = steps.filter(({ uses = '' }) => uses.startsWith('$/'))
      expect(
        prepared.map(step => step.with['cache']),
        job,
      ).toEqual(['false'])
    }
})

test("the engine has the version of the program's SDK", () => {
  const versions = preparation().flatMap(step => step.with['pulumi-version'] ?? [])
  expect(versions).toEqual([manifest.devDependencies['@pulumi/pulumi']])
})

describe('the shell steps, as a runner runs them:', () => {
  let folder: string
  const asked: string[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', chunk => (text += String(chunk)))
    request.on('end', () => {
      asked.push(`${request.method} ${request.url} ${text}`)
      const isPulls = request.url?.includes('/pulls?')
      response.end(
        isPulls
          ? '[{"number":3,"head":{"sha":"abc"}}]'
          : request.method === 'GET'
            ? '[]'
            : '{"number":8}',
      )
    })
  })
  const env = () => ({
    PATH: `${join(ROOT, 'node_modules', '.bin')}:${process.env['PATH']}`,
    HOME: folder,
    RUNNER_TEMP: folder,
    GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    GITHUB_REPOSITORY: 'me/shop',
  })
  const stepOf = (name: string, job: string, step: string): Step => {
    const found = readWorkflow(name).jobs[job]?.steps.find(one => one.name === step)
    if (!found) throw new Error(`${name}.yml has no step "${step}" in ${job}`)
    return found
  }
  const snapshot = (resources: PreviewResource[]) =>
    JSON.stringify({
      ...{ version: 1, revision: '', migrations: [], api: {}, builds: {}, images: {} },
      ...{ approvals: [], stacks: [{ preview: stackOf(resources), findings: [] }] },
    })

  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    folder = mkdtempSync(join(tmpdir(), 'shop-steps-'))
    mkdirSync(join(folder, 'report'))
    writeFileSync(
      join(folder, 'report', 'base.json'),
      snapshot([resource('db', 'aws:rds/instance:Instance', {})]),
    )
    writeFileSync(join(folder, 'report', 'head.json'), snapshot([]))
    for (const name of ['package.json', '.ci', 'policies', 'platform', 'apps', 'node_modules'])
      symlinkSync(join(ROOT, name), join(folder, name))
  })
  afterAll(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })

  test('check reports into the summary, and its guard fails what nobody approved', () => {
    const runner = { cwd: folder, values: {}, env: env() }
    const reported = runStep(stepOf('check', 'report', 'report'), runner)
    expect(reported).toMatchObject({
      status: 0,
      summary: expect.stringContaining('**DELETED** `rds.Instance` `db`'),
    })
    expect(JSON.parse(readFileSync(join(folder, 'report', 'report.json'), 'utf8'))).toHaveProperty(
      'dangers',
    )
    const guarded = runStep(stepOf('check', 'report', 'guard'), runner)
    expect(guarded.status).toBe(1)
    expect(guarded.output).toContain('NOT APPROVED')
  })

  test('a report that can not be made fails its step, for all that is piped behind it', () => {
    writeFileSync(join(folder, 'report', 'head.json'), '')
    const runner = { cwd: folder, values: {}, env: env() }
    const { status, output } = runStep(stepOf('check', 'report', 'report'), runner)
    expect([status, output]).toEqual([1, expect.stringContaining('report/head.json is empty')])
    writeFileSync(join(folder, 'report', 'head.json'), snapshot([]))
  })

  /** Not `runStep`: the server that it asks is in this process. */
  const runBeside = async (step: Step, values: Record<string, string>) => {
    const script = (step.run ?? '').trim()
    const own = Object.entries(step.env).map(([key, value]) => [
      key,
      String(value).replaceAll(
        /\$\{\{ (.*?) \}\}/g,
        (_, name: string) => values[name] ?? `?${name}?`,
      ),
    ])
    const child = spawn('bash', ['-e', '-c', script], {
      cwd: folder,
      env: {
        ...env(),
        ...Object.fromEntries(own),
        ...(values['STACK'] && { STACK: values['STACK'] }),
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    const [status] = (await once(child, 'exit')) as [number]
    return status
  }

  test('comment writes the comment of the pull request that GitHub names', async () => {
    const status = await runBeside(stepOf('comment', 'comment', 'comment'), {
      'github.token': 'secret',
      'github.event.workflow_run.head_repository.owner.login': 'fork',
      'github.event.workflow_run.head_branch': 'a$(touch pwned)',
      'github.event.workflow_run.head_sha': 'abc',
    })
    expect(status).toBe(0)
    expect(asked[0]).toContain('head=fork%3Aa%24(touch%20pwned)')
    expect(asked.at(-1)).toContain(
      'POST /repos/me/shop/issues/3/comments {"body":"<!-- shop-report -->',
    )
    expect(existsSync(join(folder, 'pwned'))).toBe(false)
  })

  test('drift opens an issue with what it found', async () => {
    writeFileSync(join(folder, 'drift.md'), 'AWS is not as the state says')
    const step = stepOf('drift', 'drift', 'issue')
    expect(await runBeside(step, { 'github.token': 'secret', STACK: 'dev' })).toBe(0)
    expect(asked.at(-1)).toBe(
      'POST /repos/me/shop/issues {"title":"Drift in dev","body":"AWS is not as the state says"}',
    )
  })

  test('deploy refuses a revision that was not merged', () => {
    const git = (...args: string[]) => {
      const made = spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        cwd: join(folder, 'repository'),
        encoding: 'utf8',
      })
      return made.stdout.trim()
    }
    mkdirSync(join(folder, 'repository'))
    git('init', '--initial-branch', 'main')
    git('commit', '--allow-empty', '--message', 'merged')
    git('update-ref', 'refs/remotes/origin/main', 'HEAD')
    const merged = git('rev-parse', 'HEAD')
    git('commit', '--allow-empty', '--message', 'not merged')
    const tried = (REVISION: string) =>
      runStep(stepOf('deploy', 'prod', 'only what was merged'), {
        cwd: join(folder, 'repository'),
        values: {},
        env: { ...env(), REVISION },
      })
    expect(tried(merged).status).toBe(0)
    const later = git('rev-parse', 'HEAD')
    expect(tried(later)).toMatchObject({ status: 1, output: `${later} is no commit of main\n` })
  })
})

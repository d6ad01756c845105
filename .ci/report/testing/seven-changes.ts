import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import program from '../../../platform/index.ts'
import * as services from '../../../platform/services.ts'
import { systemOf } from '../../../platform/system.ts'
import { migrationsOf } from '../../snapshot/migrations-of.ts'
import type { OpenApiDocument, Snapshot, StackSnapshot } from '../../snapshot/snapshot.ts'
import { stackSnapshot } from '../../snapshot/stack-snapshot.ts'
import { takeSnapshot } from '../../snapshot/take-snapshot.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')

/** Before the first waiver ends. */
export const TODAY = '2026-11-30'

export interface Revisions {
  base: Snapshot
  head: Snapshot
}

/** This repository, with nothing approved: what the changes start from. */
export async function presentSnapshot(): Promise<Snapshot> {
  const snapshot = await takeSnapshot({ root: ROOT, program: () => program(), today: TODAY })
  return { ...snapshot, revision: '', approvals: [] }
}

let smaller: Promise<Snapshot> | undefined

/** The real program after a change that a pull request may hold; what a change does not touch is the base's. */
export const CHANGES: Record<string, (base: Snapshot) => Promise<Revisions>> = {
  'instance-size': base =>
    configured(base, 'databaseClass: db.m7g.large', 'databaseClass: db.m7g.xlarge'),
  'vpc-range': base => configured(base, 'zones: 3', 'zones: 3\n  shop:cidr: 10.8.0.0/16'),
  'service-added': async base => ({
    base: await (smaller ??= withoutNotifications(base)),
    head: devOf(base),
  }),
  'service-removed': async base => ({
    base: devOf(base),
    head: await (smaller ??= withoutNotifications(base)),
  }),
  'policy-broken': brokenPolicy,
  'column-dropped': droppedColumn,
  'response-field-removed': removedField,
}

/** prod with another line in its stack file. */
async function configured(base: Snapshot, from: string, to: string): Promise<Revisions> {
  using folder = temporaryFolder()
  cpSync(join(ROOT, 'Pulumi.yaml'), join(folder.path, 'Pulumi.yaml'))
  edit(join(ROOT, 'Pulumi.prod.yaml'), from, to, join(folder.path, 'Pulumi.prod.yaml'))
  return { base, head: withStack(base, await recordedIn(folder.path, 'prod', () => program())) }
}

/** The one of the two stacks that is cheaper to record. */
const devOf = (base: Snapshot): Snapshot => ({
  ...base,
  stacks: base.stacks.filter(({ preview }) => preview.stack === 'dev'),
})

async function withoutNotifications(base: Snapshot): Promise<Snapshot> {
  const { notifications, ...others } = services
  const system = systemOf(others)
  using folder = temporaryFolder()
  cpSync(join(ROOT, 'Pulumi.yaml'), join(folder.path, 'Pulumi.yaml'))
  const line = '    notifications: { min: 1, max: 1 }\n'
  edit(join(ROOT, 'Pulumi.dev.yaml'), line, '', join(folder.path, 'Pulumi.dev.yaml'))
  const stacks = [await recordedIn(folder.path, 'dev', () => program(system))]
  const without = <Value>(record: Record<string, Value>) =>
    Object.fromEntries(Object.entries(record).filter(([name]) => name !== notifications.name))
  return {
    ...base,
    stacks,
    migrations: base.migrations.filter(({ file }) => !file.includes('/notifications/')),
    api: without(base.api),
    builds: without(base.builds),
  }
}

/** Code of the platform that no longer keeps the bucket of the site from being opened to all. */
async function brokenPolicy(base: Snapshot): Promise<Revisions> {
  const changed = () => {
    pulumi.runtime.registerStackTransformation(({ name, type, props, opts }) =>
      name === 'edge-site-access' && type.startsWith('aws:')
        ? { props: { ...props, blockPublicPolicy: false }, opts }
        : undefined,
    )
    return program()
  }
  const dev = await stackSnapshot({ root: ROOT, stack: 'dev', program: changed }, TODAY)
  return { base, head: withStack(base, dev) }
}

async function droppedColumn(base: Snapshot): Promise<Revisions> {
  using folder = temporaryFolder()
  const migrations = join(folder.path, 'apps', 'orders', 'migrations')
  cpSync(join(ROOT, 'apps', 'orders', 'migrations'), migrations, { recursive: true })
  writeFileSync(
    join(migrations, '0099-drop-stock-lost.sql'),
    'alter table orders drop column stock_lost;\n',
  )
  const others = base.migrations.filter(({ file }) => !file.startsWith('apps/orders/'))
  const head = [...others, ...(await migrationsOf(folder.path))]
  const builds = { ...base.builds, orders: 'another' }
  return { base, head: { ...base, builds, migrations: head } }
}

/** `updated_at` of an order, in a copy of the apps. */
async function removedField(base: Snapshot): Promise<Revisions> {
  using folder = temporaryFolder()
  cpSync(join(ROOT, 'apps'), join(folder.path, 'apps'), { recursive: true })
  cpSync(join(ROOT, 'package.json'), join(folder.path, 'package.json'))
  symlinkSync(join(ROOT, 'node_modules'), join(folder.path, 'node_modules'))
  const schemas = join(folder.path, 'apps', 'orders', 'schemas.ts')
  edit(schemas, '    updated_at: z.iso.datetime(),\n', '', schemas)
  const documents = join(ROOT, '.ci', 'snapshot', 'api-documents.ts')
  // In a process of its own: modules of the copy must not meet those of this one.
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `const { apiDocuments } = await import(${JSON.stringify(documents)})
       process.stdout.write(JSON.stringify(await apiDocuments(${JSON.stringify(join(folder.path, 'apps'))})))`,
    ],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  )
  if (stdout === '') throw new Error(stderr)
  const api = JSON.parse(stdout) as Record<string, OpenApiDocument>
  return { base, head: { ...base, builds: { ...base.builds, orders: 'another' }, api } }
}

/** With stack files of another folder: files of the program are told as they are from its own. */
async function recordedIn(root: string, stack: string, run: () => unknown): Promise<StackSnapshot> {
  const snapshot = await stackSnapshot({ root, stack, program: run }, TODAY)
  const text = JSON.stringify(snapshot).replaceAll(`${relative(root, ROOT)}/`, '')
  return JSON.parse(text) as StackSnapshot
}

const withStack = (base: Snapshot, stack: StackSnapshot): Snapshot => ({
  ...base,
  stacks: base.stacks.map(one => (one.preview.stack === stack.preview.stack ? stack : one)),
})

function edit(file: string, from: string, to: string, target: string): void {
  const text = readFileSync(file, 'utf8')
  if (!text.includes(from)) throw new Error(`${file} has no "${from}" any more; change this test`)
  writeFileSync(target, text.replace(from, to))
}

function temporaryFolder(): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), 'shop-change-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

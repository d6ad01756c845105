import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { optionsOf, UnreachableError, UsageError } from '../command-line.ts'
import { runCommand } from '../run-command.ts'
import { readSnapshot } from '../report/read-snapshot.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'

const USAGE = `usage: node .ci/images/main.ts --base FILE --head FILE
  builds the image of each service that the two snapshots differ in, and writes its size into them`

const ROOT = join(import.meta.dirname, '..', '..')

await runCommand(USAGE, () => {
  const { base, head } = optionsOf(process.argv.slice(2), ['base', 'head'])
  if (base === undefined || head === undefined)
    throw new UsageError(`${base === undefined ? '--base' : '--head'} FILE is missing`)
  const [before, after] = [readSnapshot(base), readSnapshot(head)]
  const changed = Object.keys(after.builds).filter(
    service => before.builds[service] !== after.builds[service],
  )
  if (changed.length > 0 && spawnSync('docker', ['info']).status !== 0)
    throw new UnreachableError('no Docker daemon answers: images are not built')
  for (const service of changed) after.images[service] = build(ROOT, service)
  writeFileSync(head, `${JSON.stringify(after)}\n`)
  const known = changed.filter(service => service in before.builds)
  if (known.length > 0 && before.revision !== '') buildEarlier(before, known)
  writeFileSync(base, `${JSON.stringify(before)}\n`)
  process.stdout.write(`${changed.length === 0 ? 'no image changes' : changed.join(', ')}\n`)
  return 0
})

/** From an archive of that commit, so that the files here stay what they are. */
function buildEarlier(before: Snapshot, services: readonly string[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'shop-earlier-'))
  try {
    const archive = join(folder, 'source.tar')
    execute('git', ['-C', ROOT, 'archive', '--output', archive, before.revision])
    const tree = join(folder, 'tree')
    mkdirSync(tree)
    execute('tar', ['-xf', archive, '-C', tree])
    for (const service of services) before.images[service] = build(tree, service)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @returns bytes */
function build(root: string, service: string): number {
  const tag = `shop-size-${service}`
  execute('docker', [
    ...['build', '--quiet', '--load', '--tag', tag, '--build-arg', `SERVICE=${service}`],
    ...['--file', join(root, 'apps', 'Dockerfile'), root],
  ])
  return Number(execute('docker', ['image', 'inspect', '--format', '{{.Size}}', tag]))
}

function execute(command: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  if (status === 0) return stdout
  throw new Error(`${command} ${args[0]} failed: ${error?.message ?? stderr.trim().slice(-500)}`)
}

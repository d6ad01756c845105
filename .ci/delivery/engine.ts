import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { type EngineEvent, LocalWorkspace, type Stack } from '@pulumi/pulumi/automation/index.js'
import { stacksOf } from '../../platform/preview/stack-config.ts'
import { UsageError } from '../command-line.ts'

export const ROOT = join(import.meta.dirname, '..', '..')

/** The pack, by which the engine refuses what `npm run policies` would. */
export const POLICY_PACKS = [join(ROOT, 'policies')]

/** Attestations hold the time of a build: without them an image that is built again is the one that its tag has already. */
const SAME_IMAGES = { BUILDX_NO_DEFAULT_ATTESTATIONS: '1' }

/** A stack of this repository, as the backend that `pulumi login` chose has it. @throws UsageError for another one */
export async function openStack(stackName: string): Promise<Stack> {
  const known = stacksOf(ROOT)
  if (!known.includes(stackName))
    throw new UsageError(`there is no stack "${stackName}": there are ${known.join(', ')}`)
  return LocalWorkspace.selectStack({ stackName, workDir: ROOT }, { envVars: SAME_IMAGES })
}

/** What the engine tells while a command of it runs; its warnings and errors go on to our own output. */
export function listening() {
  const events: EngineEvent[] = []
  const onEvent = (event: EngineEvent): void => {
    events.push(event)
    const { severity, message = '', urn = '' } = event.diagnosticEvent ?? {}
    if (severity === 'error' || severity === 'warning')
      process.stderr.write(`${severity}: ${urn.split('::').at(-1)}: ${plain(message)}\n`)
    const { policyEvent } = event
    if (policyEvent?.enforcementLevel === 'mandatory')
      process.stderr.write(`refused by policy: ${plain(policyEvent.message)}\n`)
  }
  return { events, options: { onEvent, color: 'never' as const } }
}

/** Without the engine's marks of colours: `<{%fg 1%}>`. */
const plain = (text: string): string => text.replaceAll(/<\{%[^%]*%\}>/g, '').trim()

/** The commit that is checked out. */
export function revision(): string {
  const { status, stdout } = spawnSync('git', ['-C', ROOT, 'rev-parse', 'HEAD'], {
    encoding: 'utf8',
  })
  return status === 0 ? stdout.trim() : ''
}

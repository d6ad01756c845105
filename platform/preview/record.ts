import * as pulumi from '@pulumi/pulumi'
import { Monitor } from './monitor.ts'
import { firstError } from './program-error.ts'
import { Recording } from './recording.ts'
import { collectRejections } from './rejections.ts'
import { getLocalStore, LOG, withLocalStorage } from './sdk.ts'
import { readStackConfig, type StackConfig } from './stack-config.ts'
import { VERSION, type StackPreview } from './stack-preview.ts'

export interface RecordArgs {
  /** Folder of `Pulumi.yaml` and the stack files. */
  root: string
  stack: string
  /** What `pulumi up` would call. Several runs in one process do not see each other. */
  program: () => unknown
}

const DEFAULT_REGION = 'us-east-1'

/**
 * Runs a Pulumi program in this process, without CLI, credentials or network: every output that AWS would compute has a
 * made-up value, nothing is built or created.
 * @throws the program's own error, with the place in the program
 */
export async function recordStack({ root, stack, program }: RecordArgs): Promise<StackPreview> {
  const config = readStackConfig(root, stack)
  const { project } = config
  const region = config.values['aws:region'] ?? config.values[`${project}:region`] ?? DEFAULT_REGION
  const recording = new Recording({ root, project, stack })
  const monitor = new Monitor(recording, region)
  await withLocalStorage(() => run(program, monitor, recording, config))
  return {
    version: VERSION,
    project,
    stack,
    region,
    resources: recording.resources.sort((a, b) => (a.urn < b.urn ? -1 : 1)),
    outputs: recording.outputs,
    warnings: recording.warnings,
  }
}

async function run(
  program: () => unknown,
  monitor: Monitor,
  recording: Recording,
  config: StackConfig,
): Promise<void> {
  const { project, stack } = config
  const failures: unknown[] = []
  pulumi.runtime.setMockOptions(monitor, project, stack, true, 'organization')
  pulumi.runtime.setAllConfig(config.values, config.secretKeys)
  collectLogs(recording, failures)
  using _caught = collectRejections(failures)
  try {
    await pulumi.runtime.runInPulumiStack(async () => program())
    await pulumi.runtime.disconnect()
  } catch (error) {
    failures.unshift(error)
  } finally {
    getLocalStore()?.callbacks?.shutdown()
  }
  // Node reports a rejection that nobody handled after the turn in which it happened.
  await new Promise(resolve => setImmediate(resolve))
  if (failures.length > 0) throw firstError(failures)
}

/** The SDK logs to the engine: warnings are part of the preview, errors fail it. */
function collectLogs({ warnings }: Recording, failures: unknown[]): void {
  const store = getLocalStore()
  if (!store)
    throw new Error('the SDK keeps no store of its own for this run; run inside withLocalStorage')
  store.settings.engine = {
    log(request, done) {
      if (request.getSeverity() === LOG.warning) warnings.push(request.getMessage())
      if (request.getSeverity() === LOG.error) failures.push(new Error(request.getMessage()))
      done()
    },
    setRootResource: (_request, done) => done(null),
  }
}

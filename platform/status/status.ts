import { parseArgs } from 'node:util'
import { readStackConfig, stacksOf } from '../preview/stack-config.ts'
import { nearMiss } from '../config/near-miss.ts'
import type { System } from '../system.ts'
import type { StackPlace } from './look-at-stack.ts'
import { type Paint, screenOf } from './screen.ts'

export interface StatusArgs {
  argv: string[]
  /** Folder of `Pulumi.yaml`. */
  root: string
  /** Loads the manifests; only called when the arguments are right. */
  loadSystem: () => Promise<System>
  /** For what needs somebody. */
  paint: Paint
  print: (line: string) => void
  complain: (line: string) => void
  /** @default now */
  at?: Date
}

/** AWS can't be asked. */
const FAILED = 1
/** Called the wrong way. */
const MISUSED = 2

const USAGE = `usage: npm run status -- --stack NAME [--json]
  --stack  a stack that has a file Pulumi.NAME.yaml
  --json   all of it, for programs`

/** `npm run status`: a stack as AWS sees it, on one screen. @returns the exit code: 0, 1 when AWS can't be asked, 2 for wrong arguments */
export async function status({
  argv,
  root,
  loadSystem,
  paint,
  print,
  complain,
  at,
}: StatusArgs): Promise<number> {
  if (argv.includes('--help')) {
    print(USAGE)
    return 0
  }
  let options: StackPlace & { json: boolean }
  try {
    options = optionsOf(argv, root)
  } catch (error) {
    if (!isMisuse(error)) throw error
    complain(`${error.message}\n\n${USAGE}`)
    return MISUSED
  }
  const [{ openClients }, { lookAtStack }, system] = await Promise.all([
    import('./clients.ts'),
    import('./look-at-stack.ts'),
    loadSystem(),
  ])
  using clients = openClients(options.region)
  try {
    const found = await lookAtStack(options, system, clients, at)
    for (const line of options.json ? [JSON.stringify(found, null, 2)] : screenOf(found, paint))
      print(line)
    return 0
  } catch (error) {
    if (!(error instanceof Error)) throw error
    complain(`stack ${options.stack} in ${options.region}: ${error.message}`)
    return FAILED
  }
}

class UsageError extends Error {}

const isMisuse = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))

function optionsOf(argv: string[], root: string): StackPlace & { json: boolean } {
  const { values } = parseArgs({
    args: argv,
    options: { stack: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  const { stack, json } = values
  const stacks = stacksOf(root)
  if (stack === undefined)
    throw new UsageError(`--stack is missing; there is ${stacks.join(', ') || 'none'}`)
  if (!stacks.includes(stack))
    throw new UsageError(
      `there is no stack "${stack}", no file Pulumi.${stack}.yaml: ${nearMiss(stack, stacks)}`,
    )
  const { project, values: given } = readStackConfig(root, stack)
  return { project, stack, stacks, json, region: given[`${project}:region`] ?? '' }
}

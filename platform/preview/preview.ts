import { existsSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { diffStacks } from './diff.ts'
import { DocumentError, readDocument } from './document.ts'
import { IDLE } from './assumptions.ts'
import { estimate } from './costs.ts'
import { printCosts } from './print-costs.ts'
import { printDiff } from './print-diff.ts'
import { placeOf } from './program-error.ts'
import { stacksOf } from './stack-config.ts'
import { VERSION, type PreviewDocument, type StackPreview } from './stack-preview.ts'
import { printTree } from './tree.ts'

export interface PreviewArgs {
  argv: string[]
  /** Folder of `Pulumi.yaml`. */
  root: string
  /** Loads the program; only called when the arguments are right. */
  load: () => Promise<() => unknown>
  /** Loads what says more of each stack, such as the verdict of the policies. @default nothing */
  loadVerdict?: () => Promise<(recorded: StackPreview) => string[]>
  print: (line: string) => void
  complain: (line: string) => void
}

/** The program failed. */
const FAILED = 1
/** Called the wrong way. */
const MISUSED = 2

const USAGE = `usage: npm run preview -- [--stack NAME]... [--json FILE] [--against FILE]
  --stack    a stack that has a file Pulumi.NAME.yaml; all of them by default
  --json     writes what was recorded, for --against
  --against  compares with an earlier --json file`

interface Options {
  stacks: string[]
  json: string | undefined
  against: PreviewDocument | undefined
}

/** @returns the exit code: 0, 1 for an error in the program, 2 for wrong arguments */
export async function preview(args: PreviewArgs): Promise<number> {
  const { argv, root, print, complain } = args
  if (argv.includes('--help')) {
    print(USAGE)
    return 0
  }
  let options: Options
  try {
    options = optionsOf(argv, root)
  } catch (error) {
    if (!isMisuse(error)) throw error
    complain(`${error.message}\n\n${USAGE}`)
    return MISUSED
  }
  const recorded = await recordAll(args, options)
  if (!recorded) return FAILED
  if (options.json !== undefined) {
    const document: PreviewDocument = { version: VERSION, stacks: recorded }
    writeFileSync(options.json, `${JSON.stringify(document, null, 2)}\n`)
  }
  return 0
}

class UsageError extends Error {}

const isMisuse = (error: unknown): error is Error =>
  error instanceof UsageError ||
  error instanceof DocumentError ||
  (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))

function optionsOf(argv: string[], root: string): Options {
  const { values } = parseArgs({
    args: argv,
    options: {
      stack: { type: 'string', multiple: true },
      json: { type: 'string' },
      against: { type: 'string' },
    },
  })
  const known = stacksOf(root)
  const stacks = [...new Set(values.stack ?? known)]
  const unknown = stacks.filter(stack => !known.includes(stack))
  if (unknown.length > 0)
    throw new UsageError(
      `there is no stack ${unknown.map(stack => `"${stack}"`).join(', ')}: Pulumi.STACK.yaml exists for ${known.join(', ') || 'none'}`,
    )
  if (values.json !== undefined && !existsSync(dirname(resolve(values.json))))
    throw new UsageError(`--json ${values.json}: there is no folder ${dirname(values.json)}`)
  const against = values.against === undefined ? undefined : readDocument(values.against)
  return { stacks, json: values.json, against }
}

/** @returns undefined when the program failed, which has been said then */
async function recordAll(
  { root, load, loadVerdict, print, complain }: PreviewArgs,
  { stacks, against }: Options,
): Promise<StackPreview[] | undefined> {
  const recorded: StackPreview[] = []
  for (const stack of stacks) {
    try {
      // The SDK takes a quarter of a second to load: not for wrong arguments.
      const { recordStack } = await import('./record.ts')
      recorded.push(await recordStack({ root, stack, program: await load() }))
    } catch (error) {
      if (!(error instanceof Error)) throw error
      const place = placeOf(error, root)
      complain(`stack ${stack}: ${error.message}${place === undefined ? '' : `\n    at ${place}`}`)
      return undefined
    }
  }
  const verdict = await loadVerdict?.()
  for (const one of recorded)
    for (const line of [...report(one, against), ...(verdict?.(one) ?? [])]) print(line)
  return recorded
}

function report(recorded: StackPreview, against: PreviewDocument | undefined): string[] {
  const lines = [
    ...printTree(recorded),
    ...printCosts(estimate(recorded), estimate(recorded, IDLE)),
  ]
  if (!against) return lines
  const earlier = against.stacks.find(({ stack }) => stack === recorded.stack)
  const names = against.stacks.map(({ stack }) => stack).join(', ')
  return earlier
    ? [...lines, ...printDiff(diffStacks(earlier, recorded))]
    : [...lines, `the earlier preview has no stack ${recorded.stack}; it has ${names}`, '']
}

import { type RenderContext, type Target, UsageError } from './target.ts'

/** What there is to render for, a line each. */
const TARGETS: Readonly<Record<string, () => Promise<Target>>> = {
  compose: async () => (await import('./compose/target.ts')).compose,
  kubernetes: async () => (await import('./kubernetes/target.ts')).kubernetes,
}

export interface RenderArgs extends Omit<RenderContext, 'system'> {
  argv: readonly string[]
  /** Loads the manifests; only called when there is such a target. */
  loadSystem: () => Promise<RenderContext['system']>
  complain: (text: string) => void
}

/** Called the wrong way. */
const MISUSED = 2

/** @returns the exit code: 0, or 2 for wrong arguments */
export async function render({
  argv,
  loadSystem,
  complain,
  ...context
}: RenderArgs): Promise<number> {
  const [name = '', ...args] = argv
  if (args.includes('--help') || name === '--help') {
    context.print(await usage())
    return 0
  }
  const load = Object.hasOwn(TARGETS, name) ? TARGETS[name] : undefined
  if (!load) {
    const given = name === '' ? 'Say what to render for.' : `There is no target "${name}".`
    complain(`${given} There is: ${Object.keys(TARGETS).join(', ')}\n\n${await usage()}`)
    return MISUSED
  }
  try {
    await (await load()).render(args, { ...context, system: await loadSystem() })
    return 0
  } catch (error) {
    if (!isMisuse(error)) throw error
    complain(`${name}: ${error.message}\n\n${await usage()}`)
    return MISUSED
  }
}

const isMisuse = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))

async function usage(): Promise<string> {
  const lines = await Promise.all(
    Object.entries(TARGETS).map(async ([name, load]) => `  ${name} ${(await load()).usage}`),
  )
  return `usage: npm run render -- TARGET\n${lines.join('\n')}`
}

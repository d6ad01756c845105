import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { stacksOf } from '../../platform/preview/stack-config.ts'

export const USAGE = `usage: npm run policies -- [--stack NAME]... [--sarif FILE] [--junit FILE] [--json FILE]
       npm run policies -- --state FILE [...]
       npm run policies -- --list
  --stack  a stack that has a file Pulumi.NAME.yaml; all of them by default
  --state  a file of "pulumi stack export" or "pulumi preview --json", of any program
  --list   every control, its rules and its tests
  --sarif  writes the findings for code scanning; --junit and --json for other readers`

export interface Options {
  /** Of this program. */
  stacks: string[]
  state: string | undefined
  list: boolean
  sarif: string | undefined
  junit: string | undefined
  json: string | undefined
}

export class UsageError extends Error {}

export const isMisuse = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))

/** @throws UsageError that says what is allowed */
export function optionsOf(argv: string[], root: string): Options {
  const { values } = parseArgs({
    args: argv,
    options: {
      stack: { type: 'string', multiple: true },
      state: { type: 'string' },
      list: { type: 'boolean', default: false },
      sarif: { type: 'string' },
      junit: { type: 'string' },
      json: { type: 'string' },
    },
  })
  const known = stacksOf(root)
  const stacks = [...new Set(values.stack ?? (values.state === undefined ? known : []))]
  const unknown = stacks.filter(stack => !known.includes(stack))
  if (unknown.length > 0)
    throw new UsageError(
      `there is no stack ${unknown.map(stack => `"${stack}"`).join(', ')}: Pulumi.STACK.yaml exists for ${known.join(', ') || 'none'}`,
    )
  if (values.stack && values.state !== undefined)
    throw new UsageError('--stack is of this program, --state of another: give one of them')
  for (const option of ['sarif', 'junit', 'json'] as const) {
    const file = values[option]
    if (file !== undefined && !existsSync(dirname(resolve(file))))
      throw new UsageError(`--${option} ${file}: there is no folder ${dirname(file)}`)
  }
  const { state, list, sarif, junit, json } = values
  return { stacks, state, list, sarif, junit, json }
}

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Step } from './workflow.ts'

export interface Runner {
  /** Where the checkout is. */
  cwd: string
  /** By expression, such as `github.sha`: what GitHub would put there. */
  values: Readonly<Record<string, string>>
  env: Readonly<Record<string, string | undefined>>
  /** Show the output as it comes, and do not keep it. */
  show?: boolean
}

export interface Ran {
  status: number | null
  output: string
  /** What was added to `GITHUB_STEP_SUMMARY`. */
  summary: string
}

/**
 * Runs a shell step as a runner of GitHub does: its script in a file, `bash -e`, or with `-o pipefail` where the step
 * names its shell. @throws Error for an expression that has no value
 */
export function runStep({ run = '', shell, env }: Step, runner: Runner): Ran {
  const folder = mkdtempSync(join(tmpdir(), 'shop-step-'))
  const [script, summary] = [join(folder, 'step.sh'), join(folder, 'summary.md')]
  try {
    writeFileSync(script, replaced(run, runner.values))
    writeFileSync(summary, '')
    const flags = shell === 'bash' ? ['--noprofile', '--norc', '-eo', 'pipefail'] : ['-e']
    const own = Object.entries(env).map(([key, value]) => [
      key,
      replaced(String(value), runner.values),
    ])
    const { status, stdout, stderr } = spawnSync('bash', [...flags, script], {
      cwd: runner.cwd,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      env: { ...runner.env, ...Object.fromEntries(own), GITHUB_STEP_SUMMARY: summary },
      ...(runner.show && { stdio: 'inherit' as const }),
    })
    const output = runner.show ? '' : stdout + stderr
    return { status, output, summary: readFileSync(summary, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const replaced = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => {
    const value = values[expression]
    if (value !== undefined) return value
    throw new Error(
      `nothing is known of \${{ ${expression} }}; known: ${Object.keys(values).join(', ')}`,
    )
  })

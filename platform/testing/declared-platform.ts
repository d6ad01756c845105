import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import program from '../index.ts'
import { skipPromiseTraces } from '../preview/light-sdk.ts'
import { recordStack } from '../preview/record.ts'
import type { StackPreview } from '../preview/stack-preview.ts'
import * as services from '../services.ts'
import { type System, systemOf } from '../system.ts'
import { Declared } from './declared.ts'

// Tests run the program dozens of times.
skipPromiseTraces()

const ROOT = join(import.meta.dirname, '..', '..')

export const STACKS = ['dev', 'prod'] as const

export interface PlatformChange {
  /** Which of the two stack files to start from, or an empty one. @default dev */
  like?: (typeof STACKS)[number] | 'empty'
  /** Name of the stack, where it matters. */
  stack?: string
  /** Keys of the stack file to set; lists and objects as YAML would give them. */
  config?: Readonly<Record<string, unknown>>
  /** @default the services of this repository */
  system?: System
}

/** The whole program on one of our stacks, with what a test changes in its file. */
export async function declaredPlatform(
  change: PlatformChange = {},
): Promise<Declared & { outputs: StackPreview['outputs'] }> {
  const { like = 'dev', stack = like, config = {}, system = systemOf(services) } = change
  const root = mkdtempSync(join(tmpdir(), 'platform-'))
  try {
    cpSync(join(ROOT, 'Pulumi.yaml'), join(root, 'Pulumi.yaml'))
    const file =
      like === 'empty' ? 'config:\n' : readFileSync(join(ROOT, `Pulumi.${like}.yaml`), 'utf8')
    writeFileSync(join(root, `Pulumi.${stack}.yaml`), withValues(file, config))
    const { resources, warnings, outputs } = await recordStack({
      root,
      stack,
      program: () => program(system),
    })
    return Object.assign(new Declared(resources, warnings), { outputs })
  } finally {
    rmSync(root, { recursive: true })
  }
}

/** JSON is YAML: a value on one line each. A key that the file has is replaced. */
function withValues(file: string, config: Readonly<Record<string, unknown>>): string {
  const keys = Object.keys(config)
  const kept: string[] = []
  let dropping = false
  for (const line of file.trimEnd().split('\n')) {
    const key = /^ {2}shop:(\w+):/.exec(line)?.[1]
    if (key !== undefined) dropping = keys.includes(key)
    if (!dropping) kept.push(line)
  }
  const added = keys.map(key => `  shop:${key}: ${JSON.stringify(config[key])}`)
  return [...kept, ...added, ''].join('\n')
}

import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import program from '../../platform/index.ts'
import { recordStack } from '../../platform/preview/record.ts'
import { verdictOf } from '../check.ts'
import { factsOf } from '../offline/from-preview.ts'
import { RULES } from '../rules.ts'
import type { Verdict } from '../verdict.ts'
import { WAIVERS } from '../waivers.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** Before the first waiver ends: these tests are about rules. */
const TODAY = '2026-11-30'

type Props = Readonly<Record<string, unknown>>

/** What a change of the platform's code would give to one of its resources. */
export interface Mutation {
  /** Name of the resource. */
  name: string
  /** End of its type, where several have the name: `BucketPolicy`. */
  type?: string
  change: (props: Props) => Props
}

/**
 * The verdict on our own stack, with our waivers, after changes of some of its resources, each of another one.
 * @param config keys that the stack's file does not have
 */
export async function judgedPlatform(
  stack: 'dev' | 'prod',
  mutations: readonly Mutation[] = [],
  config: Readonly<Record<string, string>> = {},
): Promise<Verdict> {
  const root = mkdtempSync(join(tmpdir(), 'mutated-'))
  const changed: Mutation[] = []
  try {
    for (const file of ['Pulumi.yaml', `Pulumi.${stack}.yaml`])
      cpSync(join(ROOT, file), join(root, file))
    for (const [key, value] of Object.entries(config))
      appendFileSync(join(root, `Pulumi.${stack}.yaml`), `  shop:${key}: ${value}\n`)
    const recorded = await recordStack({
      root,
      stack,
      program: () => {
        pulumi.runtime.registerStackTransformation(({ name, type, props, opts }) => {
          const mutation = mutations.find(
            one => one.name === name && type.startsWith('aws:') && type.endsWith(one.type ?? ''),
          )
          if (!mutation) return undefined
          changed.push(mutation)
          return { props: mutation.change(props), opts }
        })
        return program()
      },
    })
    for (const mutation of mutations)
      if (changed.filter(one => one === mutation).length !== 1)
        throw new Error(`not one resource of AWS alone is called ${mutation.name}`)
    return verdictOf(factsOf(recorded), { rules: RULES, waivers: WAIVERS, today: TODAY })
  } finally {
    rmSync(root, { recursive: true })
  }
}

/** Rounds in which no resource is changed twice: each is one run of the whole program. */
export function roundsOf<M extends Mutation>(mutations: readonly M[]): M[][] {
  const rounds: M[][] = []
  for (const mutation of mutations) {
    const free = rounds.find(round => round.every(({ name }) => name !== mutation.name))
    if (free) free.push(mutation)
    else rounds.push([mutation])
  }
  return rounds
}

import { cpSync, mkdtempSync, rmSync } from 'node:fs'
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

/** The verdict on our own stack, with our waivers, after a change of one resource. */
export async function judgedPlatform(stack: 'dev' | 'prod', mutation?: Mutation): Promise<Verdict> {
  const root = mkdtempSync(join(tmpdir(), 'mutated-'))
  let changed = 0
  try {
    for (const file of ['Pulumi.yaml', `Pulumi.${stack}.yaml`])
      cpSync(join(ROOT, file), join(root, file))
    const recorded = await recordStack({
      root,
      stack,
      program: () => {
        if (mutation)
          pulumi.runtime.registerStackTransformation(({ name, type, props, opts }) => {
            const isIt =
              name === mutation.name &&
              type.startsWith('aws:') &&
              type.endsWith(mutation.type ?? '')
            if (!isIt) return undefined
            changed++
            return { props: mutation.change(props), opts }
          })
        return program()
      },
    })
    if (mutation && changed !== 1)
      throw new Error(`${changed} resources of AWS are called ${mutation.name}; one is to change`)
    return verdictOf(factsOf(recorded), { rules: RULES, waivers: WAIVERS, today: TODAY })
  } finally {
    rmSync(root, { recursive: true })
  }
}

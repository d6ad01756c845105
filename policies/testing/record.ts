import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recordStack } from '../../platform/preview/record.ts'
import { factsOf } from '../offline/from-preview.ts'
import type { StackFacts } from '../stack-view.ts'

/** Region of the programs that tests record. */
export const REGION = 'eu-west-1'

/** What a program declares: real resources of `@pulumi/aws`, so that no property name can be wrong. */
export async function recorded(program: () => unknown): Promise<StackFacts> {
  const root = mkdtempSync(join(tmpdir(), 'policies-'))
  try {
    writeFileSync(join(root, 'Pulumi.yaml'), 'name: fixture\nruntime: nodejs\n')
    writeFileSync(join(root, 'Pulumi.test.yaml'), `config:\n  aws:region: ${REGION}\n`)
    // What a program returns becomes outputs of the stack, which a test has no use for.
    const run = () => void program()
    return factsOf(await recordStack({ root, stack: 'test', program: run }))
  } finally {
    rmSync(root, { recursive: true })
  }
}

import { placeOf } from '../../platform/preview/program-error.ts'
import { recordStack } from '../../platform/preview/record.ts'
import type { Resource } from '../resource.ts'
import type { Locate, Location } from '../reports/sarif.ts'
import type { StackFacts } from '../stack-view.ts'
import { factsOf } from './from-preview.ts'
import { keyOf, located } from './locations.ts'

export interface RecordArgs {
  /** Folder of `Pulumi.yaml`. */
  root: string
  stacks: readonly string[]
  program: () => unknown
}

/** Records a program's stacks, and where in its files each resource is made. */
export async function recordFacts({
  root,
  stacks,
  program,
}: RecordArgs): Promise<{ facts: StackFacts[]; locate: Locate }> {
  const facts: StackFacts[] = []
  const places = new Map<string, Location>()
  for (const stack of stacks) {
    const run = located(root, program)
    try {
      facts.push(factsOf(await recordStack({ root, stack, program: run.program })))
    } catch (error) {
      if (!(error instanceof Error)) throw error
      const place = placeOf(error, root)
      throw new Error(
        `stack ${stack}: ${error.message}${place === undefined ? '' : `\n    at ${place}`}`,
        { cause: error },
      )
    }
    for (const [key, location] of run.locations) places.set(key, location)
  }
  return { facts, locate: resource => places.get(keyOf(tokenOf(resource), resource.name)) }
}

/** The type as the engine names it: the last of those in the URN. */
const tokenOf = ({ urn }: Resource): string => urn.split('::')[2]?.split('$').at(-1) ?? ''

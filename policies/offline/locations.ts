import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as pulumi from '@pulumi/pulumi'
import type { Location } from '../reports/sarif.ts'

/** By type and name: a name may be given once for each type and component. */
export type Locations = ReadonlyMap<string, Location>

/** How deep a resource may be made: the SDK's own constructors take eight of these. */
const FRAMES = 40

/**
 * Runs a program and notes for each resource the innermost line of its own files that made it.
 * @param root folder of the repository
 * @param program what `pulumi up` would call
 */
export function located(
  root: string,
  program: () => unknown,
): { program: () => unknown; locations: Locations } {
  const locations = new Map<string, Location>()
  return {
    locations,
    program: () => {
      const limit = Error.stackTraceLimit
      Error.stackTraceLimit = FRAMES
      // Called by each constructor before it returns: the one hook that sees who calls it.
      pulumi.runtime.registerStackTransformation(({ type, name }) => {
        const location = ownFrame(new Error('to see the stack').stack ?? '', root)
        if (location) locations.set(keyOf(type, name), location)
        return undefined
      })
      try {
        return program()
      } finally {
        Error.stackTraceLimit = limit
      }
    },
  }
}

export const keyOf = (type: string, name: string): string => `${type} ${name}`

const FRAME = /\(?((?:file:\/\/)?\/[^()]+?):(\d+):\d+\)?$/

function ownFrame(stack: string, root: string): Location | undefined {
  for (const frame of stack.split('\n')) {
    const [, place = '', line = ''] = FRAME.exec(frame) ?? []
    if (place === '') continue
    const path = place.startsWith('file:') ? fileURLToPath(place) : place
    const file = relative(root, path)
    if (file.startsWith('..') || file.includes('node_modules') || file === OWN) continue
    return { file: file.replaceAll(sep, '/'), line: Number(line) }
  }
  return undefined
}

const OWN = `policies${sep}offline${sep}locations.ts`

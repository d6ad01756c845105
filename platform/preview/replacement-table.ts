import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PreviewResource } from './stack-preview.ts'

/** Whether a change makes Pulumi delete the resource and create another. */
export type Forces = 'yes' | 'may' | 'no'

/** Shape of `replacements.json`, which `replacements/generate.ts` writes: property paths without indices. */
interface TableFile {
  types: Record<string, { replace: string[]; may: string[] }>
}

export interface ReplacementTable {
  /** @param path such as `encryptionConfigurations[0].kmsKey` */
  forces(resource: PreviewResource, path: string): Forces
}

/** Types of other packages, whose every input makes the value that they hold. */
const ALWAYS = /^random:/

export function replacementTable(): ReplacementTable {
  const { types } = JSON.parse(
    readFileSync(join(import.meta.dirname, 'replacements.json'), 'utf8'),
  ) as TableFile
  return {
    forces({ type, custom, replaceOnChanges }, path) {
      const plain = path.replaceAll(/\[\d+\]/g, '')
      if (replaceOnChanges.some(own => own === '*' || covers(own.replaceAll('[*]', ''), plain)))
        return 'yes'
      if (!custom) return 'no'
      if (ALWAYS.test(type)) return 'yes'
      const known = types[type]
      if (!known) return 'may'
      if (known.replace.some(own => covers(own, plain))) return 'yes'
      return known.may.some(own => covers(own, plain)) ? 'may' : 'no'
    },
  }
}

/** One is the other or stands inside it. */
const covers = (a: string, b: string): boolean =>
  `${a}.`.startsWith(`${b}.`) || `${b}.`.startsWith(`${a}.`)

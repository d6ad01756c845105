import { isGiven } from '../not-evaluated.ts'
import type { ResourceOf } from '../resource.ts'

export type Instance = ResourceOf<'rds.Instance'>

/** A replica takes after its source, which the rule sees itself. */
export const isSource = ({ inputs }: Instance): boolean => !isGiven(inputs, 'replicateSourceDb')

/** `postgres`, `mysql`, `mariadb`, `oracle`, `sqlserver`, and `aurora` for members of clusters. */
export function familyOf({ inputs }: { inputs: { engine?: string | undefined } }): string {
  return /^[a-z]+/.exec(inputs.engine ?? '')?.[0] ?? ''
}

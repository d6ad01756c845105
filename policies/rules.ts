import type { Rule } from './rule.ts'
import { rds } from './rules/rds.ts'

/** Every rule of the pack. */
export const RULES: readonly Rule[] = [...rds]

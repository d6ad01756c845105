import { rule, type Rule, wants } from '../rule.ts'

export const rds: readonly Rule[] = [
  rule('rds.Instance', {
    control: 'RDS.3',
    title: 'RDS instances are encrypted at rest',
    severity: 'medium',
    why: 'who gets at the disk or a snapshot can read all data',
    // A replica is encrypted as its source is.
    applies: ({ inputs }) => inputs.replicateSourceDb === undefined,
    check: ({ inputs }) => wants(inputs, 'storageEncrypted', true),
  }),
]

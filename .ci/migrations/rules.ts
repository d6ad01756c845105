/** Why a statement is refused, and what to write in its place. */
export interface Rule {
  why: string
  instead: string
}

/**
 * What a migration must not do while the released version serves. Sources: PostgreSQL 18, "Explicit Locking" and the
 * notes of ALTER TABLE.
 */
export const RULES = {
  'drops-column': {
    why: 'the released code may still read or write it',
    instead: 'release code that does not use it first, and drop it in a later release',
  },
  'drops-table': {
    why: 'the released code may still read or write it',
    instead: 'release code that does not use it first, and drop it in a later release',
  },
  renames: {
    why: 'the released code knows the old name',
    instead: 'add the new one, write both, move the rows, and drop the old one in a later release',
  },
  'not-null-without-default': {
    why: 'the released code inserts rows without it, and rows are there',
    instead: 'add it with a default, or nullable',
  },
  'sets-not-null': {
    why: 'every row is read while nobody may read or write the table',
    instead:
      'add CHECK (column is not null) NOT VALID, validate it in the next file, and only then set it',
  },
  'rewrites-table': {
    why: 'the whole table is written anew while nobody may read or write it',
    instead:
      'add another column, write both, move the rows in batches, and switch in a later release',
  },
  'index-locks': {
    why: 'nobody may write the table until the index is built',
    instead: 'CREATE INDEX CONCURRENTLY, alone in a file that begins with "-- no transaction"',
  },
  'drop-index-locks': {
    why: 'it waits for every query of the table, and everybody waits for it',
    instead: 'DROP INDEX CONCURRENTLY, alone in a file that begins with "-- no transaction"',
  },
  'constraint-scans': {
    why: 'every row is checked while nobody may write the table',
    instead:
      'add it NOT VALID and validate it in the next file; UNIQUE and PRIMARY KEY take USING INDEX',
  },
  'changes-all-rows': {
    why: 'every row stays locked until the last is done',
    instead: 'move rows in batches, by a command or a job of the service',
  },
  'locks-table': {
    why: 'nobody may use the table meanwhile',
    instead: 'do without, or do it in a window of maintenance',
  },
  'hides-statements': {
    why: 'what a block does can not be read here',
    instead: 'write its statements one by one; where that is impossible, say what they do',
  },
  'not-in-transaction': {
    why: 'PostgreSQL refuses it in a transaction',
    instead: 'put it alone into a file that begins with "-- no transaction"',
  },
  'not-alone': {
    why: 'what failed half-way in a file without a transaction can not be run again',
    instead: 'give each statement a file of its own',
  },
} satisfies Record<string, Rule>

export type RuleName = keyof typeof RULES

/** A rule that a statement breaks, and on what. */
export interface Breach {
  rule: RuleName
  object: string
}

interface Given {
  Effect?: 'Allow' | 'Deny'
  Principal?: unknown
  Action?: string | string[]
  NotAction?: string | string[]
  Resource?: unknown
  Condition?: unknown
}

/** A policy document; a statement allows unless it says otherwise. */
export const policy = (...statements: Given[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map(statement => ({ Effect: 'Allow', ...statement })),
  })

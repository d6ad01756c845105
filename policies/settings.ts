/** What differs between the programs that the pack is used for: the one file to change. */
export interface Settings {
  /** Tags that everything must have: the test its value must pass, and what the test wants, in words. */
  requiredTags: Readonly<Record<string, TagRule>>
  /** Regions where something may be made. */
  regions: readonly string[]
  /** By stack: the most that it may cost a month. A stack that is not named may cost {@link defaultMaxMonthlyUsd}. */
  maxMonthlyUsd: Readonly<Record<string, number>>
  defaultMaxMonthlyUsd: number
}

export interface TagRule {
  /** @param stack name of the stack */
  accepts: (value: string, stack: string) => boolean
  /** `the name of the stack` */
  wants: string
}

const something: TagRule = { accepts: value => value.trim() !== '', wants: 'not empty' }

export const SETTINGS: Settings = {
  requiredTags: {
    Project: something,
    Stack: { accepts: (value, stack) => value === stack, wants: 'the name of the stack' },
    Service: something,
    Owner: something,
    CostCenter: something,
    ManagedBy: { accepts: value => value === 'pulumi', wants: '"pulumi"' },
  },
  // us-east-1 stays even where another region is meant: CloudFront wants certificates and firewalls there.
  regions: ['us-east-1', 'eu-west-1', 'eu-central-1'],
  // Not in the stack's own file: a limit that who spends can raise by the way is none.
  maxMonthlyUsd: { dev: 200, prod: 1500 },
  defaultMaxMonthlyUsd: 500,
}

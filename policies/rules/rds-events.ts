import { STACK } from '../aws-inputs.ts'
import { fail, type Rule, type Severity, stackRule } from '../rule.ts'
import type { StackView } from '../stack-view.ts'

interface Subscription {
  control: string
  /** What it is about, in words. */
  about: string
  sourceType: string
  categories: readonly string[]
  severity: Severity
  applies: (stack: StackView) => boolean
}

const hasInstance = (stack: StackView) => stack.all('rds.Instance').length > 0
const hasCluster = (stack: StackView) => stack.all('rds.Cluster').length > 0

const SUBSCRIPTIONS: readonly Subscription[] = [
  {
    control: 'RDS.19',
    about: 'critical events of database clusters',
    sourceType: 'db-cluster',
    categories: ['maintenance', 'failure'],
    severity: 'low',
    applies: hasCluster,
  },
  {
    control: 'RDS.20',
    about: 'critical events of database instances',
    sourceType: 'db-instance',
    categories: ['maintenance', 'configuration change', 'failure'],
    severity: 'low',
    applies: hasInstance,
  },
  {
    control: 'RDS.21',
    about: 'changes of parameter groups',
    sourceType: 'db-parameter-group',
    categories: ['configuration change'],
    severity: 'low',
    applies: hasInstance,
  },
  {
    control: 'RDS.22',
    about: 'critical events of database security groups',
    sourceType: 'db-security-group',
    categories: ['configuration change', 'failure'],
    severity: 'low',
    applies: hasInstance,
  },
]

/** Controls of subscriptions to the events of RDS: they belong to the account's region, not to one database. */
export const rdsEvents: readonly Rule[] = SUBSCRIPTIONS.map(
  ({ control, about, sourceType, categories, severity, applies }) =>
    stackRule(STACK, {
      control,
      title: `Somebody is told of ${about}`,
      severity,
      why: 'failovers, full disks and changed settings are noticed by customers first',
      applies: (_, stack) => applies(stack),
      check: (_, stack) => {
        const found = stack.all('rds.EventSubscription').some(
          ({ inputs }) =>
            inputs.enabled !== false &&
            (inputs.sourceType === undefined || inputs.sourceType === sourceType) &&
            // No source means all of them, no category all categories.
            (inputs.sourceIds ?? []).length === 0 &&
            isWithin(categories, inputs.eventCategories ?? []),
        )
        if (found) return undefined
        return fail(
          'rds.EventSubscription',
          `of sourceType "${sourceType}" with ${categories.join(', ')} is not in the stack`,
          `new aws.rds.EventSubscription(…, { sourceType: '${sourceType}', eventCategories: ${JSON.stringify(categories)}, snsTopic })`,
        )
      },
    }),
)

const isWithin = (wanted: readonly string[], given: readonly string[]): boolean =>
  given.length === 0 || wanted.every(category => given.includes(category))

import * as aws from '@pulumi/aws'
import type { CustomResourceOptions, Input } from '@pulumi/pulumi'
import { NAME_LIMITS, physicalName } from '../names.ts'

export interface BudgetArgs {
  prefix: string
  monthlyBudgetUsd: number
  topicArn: Input<string>
  /** Told by mail besides. @default nobody */
  email?: string | undefined
}

/**
 * Monthly budget of the account: a word at 80 % spent and when the forecast passes 100 %. Not by tag: AWS counts by a tag only
 * from the day that somebody activates it for cost allocation, and until then such a budget would stay at 0 and silent.
 * The first two budgets of an account are free.
 */
export const monthlyBudget = (
  name: string,
  { prefix, monthlyBudgetUsd, topicArn, email }: BudgetArgs,
  opts: CustomResourceOptions,
): aws.budgets.Budget => {
  const at = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
    notificationType,
    comparisonOperator: 'GREATER_THAN',
    threshold,
    thresholdType: 'PERCENTAGE',
    subscriberSnsTopicArns: [topicArn],
    ...(email !== undefined && { subscriberEmailAddresses: [email] }),
  })
  return new aws.budgets.Budget(
    name,
    {
      name: physicalName([prefix, 'monthly'], NAME_LIMITS.budget),
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      limitAmount: String(monthlyBudgetUsd),
      limitUnit: 'USD',
      notifications: [at('ACTUAL', 80), at('FORECASTED', 100)],
    },
    opts,
  )
}

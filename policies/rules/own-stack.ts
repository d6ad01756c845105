import { EVERY, STACK } from '../aws-inputs.ts'
import { NotEvaluated } from '../not-evaluated.ts'
import { fail, rule, type Rule, shown, stackRule } from '../rule.ts'
import { SETTINGS } from '../settings.ts'

const TAGGING =
  'https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html'
const BUDGETS =
  'https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html'
const LOG_RETENTION =
  'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html'
const REGIONS = 'https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html'

const limitOf = (stack: string): number =>
  SETTINGS.maxMonthlyUsd[stack] ?? SETTINGS.defaultMaxMonthlyUsd

/** Types whose own tags are of another kind: for what they start, or none at all. */
const isTaggable = (outputs: Readonly<Record<string, unknown>>, inputs: object): boolean =>
  'tagsAll' in outputs || 'tags' in inputs

export const ownStack: readonly Rule[] = [
  stackRule(EVERY, {
    control: 'Shop.Tags',
    title: `Everything has the tags ${Object.keys(SETTINGS.requiredTags).join(', ')}`,
    severity: 'low',
    why: 'nobody can tell whose it is, who pays and whether it may go',
    remediation: TAGGING,
    applies: ({ outputs, inputs }) => isTaggable(outputs, inputs),
    check: (resource, stack) => {
      const tags = stack.tags(resource)
      for (const [key, { accepts, wants }] of Object.entries(SETTINGS.requiredTags)) {
        const value = tags[key]
        if (typeof value !== 'string' || !accepts(value, stack.stack))
          return fail(
            `tags.${key}`,
            shown(value),
            `${key}: ${wants}; best in defaultTags of the provider`,
          )
      }
      return undefined
    },
  }),
  rule(EVERY, {
    control: 'Shop.Regions',
    title: `Everything is in ${SETTINGS.regions.join(', ')}`,
    severity: 'high',
    why: 'nobody watches other regions, and the law may forbid them',
    remediation: REGIONS,
    applies: ({ inputs }) => 'region' in inputs,
    check: ({ inputs }) => {
      const region = 'region' in inputs ? inputs.region : undefined
      return region === undefined || SETTINGS.regions.includes(region)
        ? undefined
        : fail(
            'region',
            shown(region),
            `region: one of ${SETTINGS.regions.join(', ')}, or policies/settings.ts`,
          )
    },
  }),
  stackRule(STACK, {
    control: 'Shop.Regions',
    title: `Everything is in ${SETTINGS.regions.join(', ')}`,
    severity: 'high',
    why: 'nobody watches other regions, and the law may forbid them',
    remediation: REGIONS,
    check: (_, stack) => {
      if (stack.region === undefined) throw new NotEvaluated('aws:region', 'is not known')
      return SETTINGS.regions.includes(stack.region)
        ? undefined
        : fail(
            'aws:region',
            shown(stack.region),
            `one of ${SETTINGS.regions.join(', ')}, or policies/settings.ts`,
          )
    },
  }),
  rule('cloudwatch.LogGroup', {
    control: 'Shop.LogRetention',
    title: 'Logs end some day',
    severity: 'low',
    why: 'logs stay, cost and hold personal data for ever',
    remediation: LOG_RETENTION,
    check: ({ inputs: { retentionInDays = 0 } }) =>
      retentionInDays > 0
        ? undefined
        : fail('retentionInDays', shown(retentionInDays || undefined), 'retentionInDays: 365'),
  }),
  stackRule(STACK, {
    control: 'Shop.Budget',
    title: 'A budget tells somebody before the month is over',
    severity: 'medium',
    why: 'what runs away is noticed on the bill',
    remediation: BUDGETS,
    check: (_, stack) => {
      const budgets = stack.all('budgets.Budget')
      const isWatched = budgets.some(
        ({ inputs: { budgetType, notifications = [] } }) =>
          budgetType === 'COST' &&
          notifications.some(
            ({ subscriberEmailAddresses = [], subscriberSnsTopicArns = [] }) =>
              subscriberEmailAddresses.length + subscriberSnsTopicArns.length > 0,
          ),
      )
      return isWatched
        ? undefined
        : fail(
            'budgets.Budget',
            budgets.length > 0 ? 'tells nobody of its cost' : 'is not in the stack',
            "new aws.budgets.Budget(…, { budgetType: 'COST', timeUnit: 'MONTHLY', limitAmount, limitUnit: 'USD', notifications })",
          )
    },
  }),
  stackRule(STACK, {
    control: 'Shop.Cost',
    title: 'The stack costs no more than it may',
    severity: 'medium',
    why: 'a change by mistake costs more than it is worth',
    remediation: BUDGETS,
    offlineOnly: true,
    applies: (_, { costs }) => costs !== undefined,
    check: (_, { stack, costs }) => {
      const limit = limitOf(stack)
      if (costs && costs.notPriced.length > 0)
        throw new NotEvaluated('cost', `is not known: ${costs.notPriced.join(', ')}`)
      const monthly = costs?.monthlyUsd ?? 0
      return monthly <= limit
        ? undefined
        : fail(
            'cost',
            `is about ${Math.round(monthly)} USD a month, and ${limit} are allowed`,
            'smaller sizes, or maxMonthlyUsd in policies/settings.ts',
          )
    },
  }),
  stackRule(STACK, {
    control: 'Shop.Visible',
    title: 'Every resource is seen by the rules',
    severity: 'high',
    why: 'what another plugin makes is checked by nobody',
    remediation: 'https://www.pulumi.com/docs/iac/concepts/resources/components/',
    check: (_, { unseen }) => {
      if (unseen.length === 0) return undefined
      throw new NotEvaluated(
        'resources',
        `of ${unseen.join(', ')} are not known here; check the exported stack with --state, or declare them in this program`,
      )
    },
  }),
]

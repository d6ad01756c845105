import type { types } from '@pulumi/aws'

type Rule = types.input.wafv2.WebAclRule
type RuleWith = Required<Pick<Rule, 'name' | 'statement'>> & Omit<Rule, 'priority'>

/** What a rule answers in place of CloudFront's own page; the same shape as the services' errors. */
export const BLOCK_ANSWERS = {
  rate: { status: 429, title: 'Too Many Requests', detail: 'Too many requests from your address' },
  size: { status: 413, title: 'Content Too Large', detail: 'A body has at most 100 KiB' },
  path: { status: 400, title: 'Bad Request', detail: 'The path is not in its plain form' },
} as const

export type BlockAnswer = keyof typeof BLOCK_ANSWERS

/**
 * Content-Length above 102400, the services' limit. WAF reads 16 KB of a body (64 KB at a price), so the announced length
 * is what it can judge; the services count what comes without one.
 */
export const TOO_LONG =
  '^0*([1-9][0-9]{6,}|[2-9][0-9]{5}|1[1-9][0-9]{4}|10[3-9][0-9]{3}|102[5-9][0-9]{2}|1024(0[1-9]|[1-9][0-9]))$'

/**
 * Dot segments, empty segments and backslashes, once decoded: CloudFront and the load balancer compare paths as they are
 * sent, a service resolves them. `/products/../internal/x` must not get past the routes.
 */
export const DISGUISED = '(^|/)\\.{1,2}(/|$)|//|\\\\'

/** All rules in the order of their priorities: the cheap ones that shed load first. */
export function wafRules(requestsPerAddress: number): Rule[] {
  const rules: RuleWith[] = [
    rateLimit(requestsPerAddress),
    pattern('body-size', 'size', TOO_LONG, { singleHeader: { name: 'content-length' } }, ['NONE']),
    pattern('plain-path', 'path', DISGUISED, { uriPath: {} }, ['URL_DECODE', 'URL_DECODE']),
    managed('AWSManagedRulesAmazonIpReputationList'),
    // Counted: VPN users are customers, too. The count shows in the dashboard.
    managed('AWSManagedRulesAnonymousIpList', { count: true }),
    // Its own body limit is 8 KB; ours stands above.
    managed('AWSManagedRulesCommonRuleSet', { except: ['SizeRestrictions_BODY'] }),
    managed('AWSManagedRulesKnownBadInputsRuleSet'),
    managed('AWSManagedRulesSQLiRuleSet'),
  ]
  return rules.map((rule, priority) => ({ ...rule, priority }))
}

const blockWith = (answer: BlockAnswer) => ({
  block: {
    customResponse: {
      responseCode: BLOCK_ANSWERS[answer].status,
      customResponseBodyKey: answer,
    },
  },
})

const visibility = (metricName: string) => ({
  metricName,
  cloudwatchMetricsEnabled: true,
  // Samples show whole requests, tokens included.
  sampledRequestsEnabled: false,
})

/** @param limit requests in five minutes */
const rateLimit = (limit: number): RuleWith => ({
  name: 'rate-per-address',
  action: blockWith('rate'),
  statement: { rateBasedStatement: { limit, evaluationWindowSec: 300, aggregateKeyType: 'IP' } },
  visibilityConfig: visibility('rate-per-address'),
})

const pattern = (
  name: string,
  answer: BlockAnswer,
  regexString: string,
  fieldToMatch: types.input.wafv2.WebAclRuleStatementRegexMatchStatementFieldToMatch,
  transformations: string[],
): RuleWith => ({
  name,
  action: blockWith(answer),
  statement: {
    regexMatchStatement: {
      regexString,
      fieldToMatch,
      textTransformations: transformations.map((type, priority) => ({ type, priority })),
    },
  },
  visibilityConfig: visibility(name),
})

function managed(
  name: string,
  { count = false, except = [] }: { count?: boolean; except?: string[] } = {},
): RuleWith {
  return {
    name,
    overrideAction: count ? { count: {} } : { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ruleActionOverrides: except.map(rule => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
    visibilityConfig: visibility(name),
  }
}

import { expect, test } from 'vitest'
import { DISGUISED, TOO_LONG, wafRules } from './waf-rules.ts'

test.for([
  ['0', false],
  ['9999', false],
  ['102400', false],
  ['102401', true],
  ['102410', true],
  ['102499', true],
  ['102500', true],
  ['103000', true],
  ['110000', true],
  ['200000', true],
  ['0102401', true],
  ['1000000', true],
] as const)('a body of %s bytes is too long for the services: %s', ([length, refused]) => {
  expect(new RegExp(TOO_LONG).test(length)).toBe(refused)
  expect(Number(length) > 100 * 1024).toBe(refused)
})

test.for([
  ['/products/1', false],
  ['/.well-known/jwks.json', false],
  ['/products/..a', false],
  ['/products/../internal/users', true],
  ['/products/..', true],
  ['/./products', true],
  ['//internal', true],
  ['/products\\..\\internal', true],
] as const)('%s is a disguise: %s', ([path, refused]) => {
  expect(new RegExp(DISGUISED).test(path)).toBe(refused)
})

test('every rule has a priority of its own and the rate limit comes first', () => {
  const rules = wafRules(2000)
  expect(rules.map(({ priority }) => priority)).toEqual(rules.map((_, index) => index))
  expect(rules[0]?.statement).toEqual({
    rateBasedStatement: { limit: 2000, evaluationWindowSec: 300, aggregateKeyType: 'IP' },
  })
})

test('the managed groups block, but for anonymous addresses and the body limit of 8 KB', () => {
  const managed = wafRules(2000).filter(rule => rule.overrideAction !== undefined)
  expect(managed.map(rule => [rule.name, Object.keys(rule.overrideAction ?? {})[0]])).toEqual([
    ['AWSManagedRulesAmazonIpReputationList', 'none'],
    ['AWSManagedRulesAnonymousIpList', 'count'],
    ['AWSManagedRulesCommonRuleSet', 'none'],
    ['AWSManagedRulesKnownBadInputsRuleSet', 'none'],
    ['AWSManagedRulesSQLiRuleSet', 'none'],
  ])
  expect(JSON.stringify(managed[2]?.statement)).toContain('SizeRestrictions_BODY')
})

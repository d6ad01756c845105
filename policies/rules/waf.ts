import { fail, rule, type Rule } from '../rule.ts'

export const waf: readonly Rule[] = [
  rule('wafv2.WebAcl', {
    control: 'WAF.10',
    title: 'Firewalls have rules',
    severity: 'medium',
    why: 'a firewall without rules stops nothing',
    check: ({ inputs: { rules = [], ruleJson } }) =>
      rules.length > 0 || ruleJson !== undefined
        ? undefined
        : fail('rules', 'is empty', 'rules: a rate limit and the managed groups of AWS'),
  }),
  rule(['wafv2.WebAcl', 'wafv2.RuleGroup'], {
    control: 'WAF.12',
    title: 'Rules of firewalls are counted',
    severity: 'medium',
    why: 'nobody sees an attack, nor a rule that stops customers',
    check: ({ inputs: { rules = [] } }) => {
      const silent = rules.find(
        ({ visibilityConfig }) => !visibilityConfig.cloudwatchMetricsEnabled,
      )
      return silent
        ? fail(
            `rules[${silent.name}].visibilityConfig.cloudwatchMetricsEnabled`,
            'is false',
            'cloudwatchMetricsEnabled: true',
          )
        : undefined
    },
  }),
]

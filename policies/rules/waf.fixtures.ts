import * as aws from '@pulumi/aws'
import type { Fixtures } from '../testing/fixtures.ts'

const visibility = (cloudwatchMetricsEnabled: boolean) => ({
  cloudwatchMetricsEnabled,
  metricName: 'metric',
  sampledRequestsEnabled: true,
})

const ruleOf = (isCounted: boolean, name: string) => ({
  name,
  priority: 1,
  action: { block: {} },
  statement: { geoMatchStatement: { countryCodes: ['AQ'] } },
  visibilityConfig: visibility(isCounted),
})

const acl = (args: Partial<aws.wafv2.WebAclArgs>) => () => {
  new aws.wafv2.WebAcl('acl', {
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    visibilityConfig: visibility(true),
    ...args,
  })
}

export const wafFixtures: Fixtures = {
  'WAF.10': {
    passes: { 'a rule': acl({ rules: [ruleOf(true, 'far')] }), JSON: acl({ ruleJson: '[]' }) },
    fails: { 'rules is empty': [acl({}), acl({ rules: [] })] },
  },
  'WAF.12': {
    passes: { counted: acl({ rules: [ruleOf(true, 'far')] }) },
    fails: {
      'rules[farther].visibilityConfig.cloudwatchMetricsEnabled is false': acl({
        rules: [ruleOf(true, 'far'), ruleOf(false, 'farther')],
      }),
      'rules[far].visibilityConfig.cloudwatchMetricsEnabled is false': () => {
        new aws.wafv2.RuleGroup('group', {
          scope: 'REGIONAL',
          capacity: 1,
          visibilityConfig: visibility(true),
          rules: [ruleOf(false, 'far')],
        })
      },
    },
  },
}

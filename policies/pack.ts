import { PolicyPack } from '@pulumi/policy'
import { CONTROLS, UNDECIDABLE } from './controls.ts'
import { policiesOf } from './engine/policies.ts'
import { RULES } from './rules.ts'
import { todayOf } from './waiver.ts'
import { WAIVERS } from './waivers.ts'

const policies = policiesOf({
  rules: RULES,
  expected: CONTROLS.map(({ id }) => id).filter(id => !(id in UNDECIDABLE)),
  waivers: WAIVERS,
  today: todayOf(new Date()),
})

// The last statement: a pack that breaks after it would serve on, as if all were well.
new PolicyPack('shop-policies', {
  description: 'Security controls of AWS that a program can decide',
  policies,
})

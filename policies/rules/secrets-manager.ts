import type { ResourceOf } from '../resource.ts'
import { fail, type Rule, stackRule } from '../rule.ts'

const MOST_DAYS = 90

/** Days between rotations; undefined where the schedule says it in another way. */
function daysOf({ inputs: { rotationRules } }: ResourceOf<'secretsmanager.SecretRotation'>) {
  if (rotationRules?.automaticallyAfterDays !== undefined)
    return rotationRules.automaticallyAfterDays
  const [, amount, unit] =
    /^rate\((\d+) (hour|day)s?\)$/.exec(rotationRules?.scheduleExpression ?? '') ?? []
  if (amount === undefined) return undefined
  return unit === 'day' ? Number(amount) : Number(amount) / 24
}

export const secretsManager: readonly Rule[] = [
  stackRule('secretsmanager.Secret', {
    control: 'SecretsManager.1',
    title: 'Secrets change by themselves',
    severity: 'medium',
    why: 'a secret that leaked is good for ever',
    check: (secret, stack) => {
      const rotations = stack.referrers(secret, 'secretsmanager.SecretRotation', 'secretId')
      return rotations.some(({ inputs }) => inputs.rotationEnabled !== false)
        ? undefined
        : fail(
            'secretsmanager.SecretRotation',
            'of this secret is not in the stack',
            'new aws.secretsmanager.SecretRotation(…, { secretId, rotationLambdaArn, rotationRules: { automaticallyAfterDays: 30 } })',
          )
    },
  }),
  stackRule('secretsmanager.SecretRotation', {
    control: 'SecretsManager.4',
    title: `Secrets change at least every ${MOST_DAYS} days`,
    severity: 'medium',
    why: 'a secret that leaked is good until it changes',
    check: rotation => {
      const days = daysOf(rotation)
      // A cron expression names days of a month or a week: never further apart than a month or a year.
      if (
        days === undefined &&
        /^cron\(.* \* [^ ]+ \*\)$/.test(rotation.inputs.rotationRules?.scheduleExpression ?? '')
      )
        return undefined
      return days !== undefined && days <= MOST_DAYS
        ? undefined
        : fail(
            'rotationRules.automaticallyAfterDays',
            days === undefined ? 'is not set' : `is ${days}`,
            `automaticallyAfterDays: ${MOST_DAYS}, or less`,
          )
    },
  }),
]

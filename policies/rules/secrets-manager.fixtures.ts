import * as aws from '@pulumi/aws'
import type { Fixtures } from '../testing/fixtures.ts'

const rotation = (args: Partial<aws.secretsmanager.SecretRotationArgs>) => () => {
  const { id } = new aws.secretsmanager.Secret('secret')
  new aws.secretsmanager.SecretRotation('rotation', {
    secretId: id,
    rotationRules: { automaticallyAfterDays: 30 },
    ...args,
  })
}
const scheduled = (scheduleExpression: string) =>
  rotation({ rotationRules: { scheduleExpression } })

export const secretsManagerFixtures: Fixtures = {
  'SecretsManager.1': {
    passes: { 'a rotation': rotation({}) },
    fails: {
      'secretsmanager.SecretRotation of this secret is not in the stack': [
        () => new aws.secretsmanager.Secret('secret'),
        rotation({ secretId: 'another' }),
        rotation({ rotationEnabled: false }),
      ],
    },
  },
  'SecretsManager.4': {
    passes: {
      '30 days': rotation({}),
      '90 days': rotation({ rotationRules: { automaticallyAfterDays: 90 } }),
      'a rate of days': scheduled('rate(10 days)'),
      'a rate of hours': scheduled('rate(4 hours)'),
      'each month': scheduled('cron(0 8 1 * ? *)'),
      'each Sunday': scheduled('cron(0 8 ? * SUN *)'),
    },
    fails: {
      'rotationRules.automaticallyAfterDays is 91': rotation({
        rotationRules: { automaticallyAfterDays: 91 },
      }),
      'rotationRules.automaticallyAfterDays is 120': scheduled('rate(120 days)'),
      'rotationRules.automaticallyAfterDays is not set': [
        rotation({ rotationRules: {} }),
        scheduled('cron(0 8 1 1 ? *)'),
      ],
    },
  },
}

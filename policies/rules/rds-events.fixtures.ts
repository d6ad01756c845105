import * as aws from '@pulumi/aws'
import { database } from '../testing/database.ts'
import type { Fixtures } from '../testing/fixtures.ts'

const subscription = (args: Partial<aws.rds.EventSubscriptionArgs>) => () => {
  database({})
  new aws.rds.Cluster('cluster', { engine: 'aurora-postgresql' })
  new aws.rds.EventSubscription('events', {
    snsTopic: 'arn:aws:sns:eu-west-1:123456789012:alarms',
    ...args,
  })
}

const fixturesFor = (sourceType: string, eventCategories: string[]): Fixtures[string] => ({
  passes: {
    'these categories': subscription({ sourceType, eventCategories }),
    'all categories': subscription({ sourceType }),
    everything: subscription({}),
    'a stack without databases': () => undefined,
  },
  fails: {
    [`rds.EventSubscription of sourceType "${sourceType}" with ${eventCategories.join(', ')} is not in the stack`]:
      [
        () => {
          database({})
          new aws.rds.Cluster('cluster', { engine: 'aurora-postgresql' })
        },
        subscription({ sourceType, eventCategories: ['creation'] }),
        subscription({ sourceType: 'db-proxy' }),
        subscription({ sourceType, enabled: false }),
        subscription({ sourceType, sourceIds: ['one'] }),
      ],
  },
})

export const rdsEventsFixtures: Fixtures = {
  'RDS.19': fixturesFor('db-cluster', ['maintenance', 'failure']),
  'RDS.20': fixturesFor('db-instance', ['maintenance', 'configuration change', 'failure']),
  'RDS.21': fixturesFor('db-parameter-group', ['configuration change']),
  'RDS.22': fixturesFor('db-security-group', ['configuration change', 'failure']),
}

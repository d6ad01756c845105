import * as aws from '@pulumi/aws'
import type { Output } from '@pulumi/pulumi'
import { database } from '../testing/database.ts'
import type { Fixtures } from '../testing/fixtures.ts'

const MISSING = 'backup.Selection of a plan that takes this in is not in the stack'

const selection = (args: Partial<aws.backup.SelectionArgs>) =>
  new aws.backup.Selection('selection', {
    planId: 'plan',
    iamRoleArn: 'arn:aws:iam::123456789012:role/backup',
    ...args,
  })

function fixturesFor(
  service: string,
  make: (tags: Record<string, string>) => { arn: Output<string> },
): Fixtures[string] {
  const selected = (args: Partial<aws.backup.SelectionArgs>) => () => {
    make({ Backup: 'daily' })
    selection(args)
  }
  const tag = (value: string) => [{ type: 'STRINGEQUALS', key: 'Backup', value }]
  return {
    passes: {
      'by name': () => selection({ resources: [make({}).arn] }),
      'by pattern': selected({ resources: [`arn:aws:${service}:*`] }),
      everything: selected({ resources: ['*'] }),
      'by tag': selected({ selectionTags: tag('daily') }),
    },
    fails: {
      [MISSING]: [
        () => make({}),
        selected({ resources: ['arn:aws:efs:*'] }),
        selected({ selectionTags: tag('never') }),
        selected({ resources: ['*'], notResources: [`arn:aws:${service}:*`] }),
      ],
    },
  }
}

export const backupFixtures: Fixtures = {
  'RDS.26': fixturesFor('rds', tags => database({ tags })),
  'DynamoDB.4': fixturesFor(
    'dynamodb',
    tags => new aws.dynamodb.Table('table', { attributes: [], tags }),
  ),
}

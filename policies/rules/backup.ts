import { isBackedUp } from '../reading/backups.ts'
import { isSource } from '../reading/databases.ts'
import { fail, type Rule, stackRule } from '../rule.ts'

const missing = () =>
  fail(
    'backup.Selection',
    'of a plan that takes this in is not in the stack',
    'new aws.backup.Selection(…, { planId, iamRoleArn, resources: [resource.arn] })',
  )

const why = 'who takes over the account, or a faulty release, deletes the data and its own backups'

export const backup: readonly Rule[] = [
  stackRule('rds.Instance', {
    control: 'RDS.26',
    title: 'RDS instances are in a backup plan',
    severity: 'medium',
    why,
    applies: isSource,
    check: (instance, stack) => (isBackedUp(instance, stack) ? undefined : missing()),
  }),
  stackRule('dynamodb.Table', {
    control: 'DynamoDB.4',
    title: 'Tables are in a backup plan',
    severity: 'medium',
    why,
    check: (table, stack) => (isBackedUp(table, stack) ? undefined : missing()),
  }),
]

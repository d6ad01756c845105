import { fail, rule, type Rule, shown, stackRule, wants } from '../rule.ts'

const DIMENSIONS = ['dynamodb:table:ReadCapacityUnits', 'dynamodb:table:WriteCapacityUnits']

export const dynamodb: readonly Rule[] = [
  stackRule('dynamodb.Table', {
    control: 'DynamoDB.1',
    title: 'Tables grow with their use',
    severity: 'medium',
    why: 'requests above the fixed capacity are refused',
    applies: ({ inputs }) => inputs.billingMode !== 'PAY_PER_REQUEST',
    check: (table, stack) => {
      const names = [table.inputs.name, table.outputs['name'], table.outputs['id']]
      const scaled = new Set(
        stack
          .all('appautoscaling.Target')
          .filter(({ inputs }) => names.some(name => inputs.resourceId === `table/${String(name)}`))
          .map(({ inputs }) => inputs.scalableDimension),
      )
      const fixed = DIMENSIONS.filter(dimension => !scaled.has(dimension))
      return fixed.length === 0
        ? undefined
        : fail(
            'billingMode',
            `${shown(table.inputs.billingMode)} and nothing scales ${fixed.join(', ')}`,
            "billingMode: 'PAY_PER_REQUEST'",
          )
    },
  }),
  rule('dynamodb.Table', {
    control: 'DynamoDB.2',
    title: 'Tables can be set back to any second',
    severity: 'medium',
    why: 'what a faulty release or a person deletes is gone',
    check: ({ inputs: { pointInTimeRecovery } }) =>
      pointInTimeRecovery?.enabled === true
        ? undefined
        : fail(
            'pointInTimeRecovery.enabled',
            shown(pointInTimeRecovery?.enabled),
            'pointInTimeRecovery: { enabled: true }',
          ),
  }),
  rule('dynamodb.Table', {
    control: 'DynamoDB.6',
    title: 'Tables are protected from deletion',
    severity: 'medium',
    why: 'one wrong command deletes the table',
    check: ({ inputs }) => wants(inputs, 'deletionProtectionEnabled', true),
  }),
]

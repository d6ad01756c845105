import * as aws from '@pulumi/aws'
import type { Fixtures } from '../testing/fixtures.ts'

const table = (args: Partial<aws.dynamodb.TableArgs>) =>
  new aws.dynamodb.Table('table', {
    hashKey: 'id',
    attributes: [{ name: 'id', type: 'S' }],
    ...args,
  })
const with_ = (args: Partial<aws.dynamodb.TableArgs>) => () => table(args)

const scaled =
  (...dimensions: string[]) =>
  () => {
    const { name } = table({ billingMode: 'PROVISIONED' })
    for (const dimension of dimensions)
      new aws.appautoscaling.Target(dimension, {
        minCapacity: 1,
        maxCapacity: 9,
        serviceNamespace: 'dynamodb',
        scalableDimension: `dynamodb:table:${dimension}CapacityUnits`,
        resourceId: name.apply(it => `table/${it}`),
      })
  }

export const dynamodbFixtures: Fixtures = {
  'DynamoDB.1': {
    passes: {
      'on demand': with_({ billingMode: 'PAY_PER_REQUEST' }),
      scaled: scaled('Read', 'Write'),
    },
    fails: {
      'billingMode is not set and nothing scales dynamodb:table:ReadCapacityUnits, dynamodb:table:WriteCapacityUnits':
        with_({}),
      'billingMode is "PROVISIONED" and nothing scales dynamodb:table:WriteCapacityUnits':
        scaled('Read'),
    },
  },
  'DynamoDB.2': {
    passes: { enabled: with_({ pointInTimeRecovery: { enabled: true } }) },
    fails: {
      'pointInTimeRecovery.enabled is not set': with_({}),
      'pointInTimeRecovery.enabled is false': with_({ pointInTimeRecovery: { enabled: false } }),
    },
  },
  'DynamoDB.6': {
    passes: { protected: with_({ deletionProtectionEnabled: true }) },
    fails: { 'deletionProtectionEnabled is not set': with_({}) },
  },
}

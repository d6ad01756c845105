import * as aws from '@pulumi/aws'
import * as awsx from '@pulumi/awsx'
import type { Fixtures } from '../testing/fixtures.ts'

/** As the stack of fixtures is called. */
const TAGS = {
  Project: 'shop',
  Stack: 'test',
  Service: 'orders',
  Owner: 'team',
  CostCenter: '42',
  ManagedBy: 'pulumi',
}

const tagged = (tags: Record<string, string>) => () => new aws.sqs.Queue('queue', { tags })

const budget = (args: Partial<aws.budgets.BudgetArgs>) => () =>
  new aws.budgets.Budget('budget', { budgetType: 'COST', timeUnit: 'MONTHLY', ...args })
const notice = {
  comparisonOperator: 'GREATER_THAN',
  notificationType: 'ACTUAL',
  threshold: 80,
  thresholdType: 'PERCENTAGE',
}

const database = (instanceClass: string) => () =>
  new aws.rds.Instance('db', {
    instanceClass,
    allocatedStorage: 20,
    engine: 'postgres',
    multiAz: true,
  })

export const ownStackFixtures: Fixtures = {
  'Shop.Tags': {
    passes: {
      'all of them': tagged(TAGS),
      'some of its provider': () => {
        const { Owner: _own, ...others } = TAGS
        const provider = new aws.Provider('aws', {
          region: 'eu-west-1',
          defaultTags: { tags: others },
        })
        new aws.sqs.Queue('queue', { tags: { Owner: 'team' } }, { provider })
      },
      'what has no tags': () => new aws.sqs.QueuePolicy('policy', { queueUrl: 'q', policy: '{}' }),
    },
    fails: {
      'tags.Owner is ""': tagged({ ...TAGS, Owner: '' }),
      'tags.Stack is "prod"': tagged({ ...TAGS, Stack: 'prod' }),
      'tags.ManagedBy is "hand"': tagged({ ...TAGS, ManagedBy: 'hand' }),
      'tags.Project is not set': [tagged({}), () => new aws.sqs.Queue('queue')],
    },
  },
  'Shop.Regions': {
    passes: {
      'the region of the stack': tagged({}),
      'one of the others': () => new aws.sqs.Queue('queue', { region: 'us-east-1' }),
    },
    fails: { 'region is "ap-south-1"': () => new aws.sqs.Queue('queue', { region: 'ap-south-1' }) },
  },
  'Shop.LogRetention': {
    passes: { 'a month': () => new aws.cloudwatch.LogGroup('logs', { retentionInDays: 30 }) },
    fails: {
      'retentionInDays is not set': [
        () => new aws.cloudwatch.LogGroup('logs'),
        () => new aws.cloudwatch.LogGroup('logs', { retentionInDays: 0 }),
      ],
    },
  },
  'Shop.Budget': {
    passes: {
      'by mail': budget({
        notifications: [{ ...notice, subscriberEmailAddresses: ['a@example.com'] }],
      }),
      'by a topic': budget({
        notifications: [{ ...notice, subscriberSnsTopicArns: ['arn:topic'] }],
      }),
    },
    fails: {
      'budgets.Budget is not in the stack': () => undefined,
      'budgets.Budget tells nobody of its cost': [
        budget({}),
        budget({ notifications: [notice] }),
        budget({
          budgetType: 'USAGE',
          notifications: [{ ...notice, subscriberEmailAddresses: ['a@example.com'] }],
        }),
      ],
    },
  },
  'Shop.Cost': {
    passes: { 'a small database': database('db.t4g.micro') },
    fails: { 'cost is about': database('db.m7g.4xlarge') },
    unknown: { 'cost is not known': database('db.x9z.large') },
  },
  'Shop.Visible': {
    passes: { 'everything is declared here': tagged({}) },
    fails: {},
    unknown: {
      'resources of urn:pulumi:test::fixture::awsx:ec2:Vpc::vpc are not known here': () =>
        new awsx.ec2.Vpc('vpc'),
    },
  },
}

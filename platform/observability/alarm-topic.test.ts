import { expect, test } from 'vitest'
import { AlarmTopic } from './alarm-topic.ts'
import { accountOf } from '../account.ts'
import { declared, REGION, text } from '../testing/declared.ts'

const topic = (email?: string) =>
  declared(
    options =>
      new AlarmTopic(
        'alarms',
        {
          prefix: 'shop-dev',
          account: accountOf(REGION, options),
          ...(email !== undefined && { email }),
        },
        options,
      ),
  )

test('CloudWatch, budgets and RDS may publish to the topic and use its key, for this account', async () => {
  const stack = await topic()
  const key = JSON.parse(text(stack.one('kms/key:Key').inputs['policy']))
  const policy = JSON.parse(text(stack.one('TopicPolicy').inputs['policy']))
  const Principal = {
    Service: ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com', 'events.rds.amazonaws.com'],
  }
  expect(key.Statement[1]).toMatchObject({ Effect: 'Allow', Principal })
  expect(policy.Statement[0]).toMatchObject({
    Principal,
    Action: 'sns:Publish',
    Resource: expect.stringMatching(/^arn:aws:sns:/),
    Condition: { StringEquals: { 'aws:SourceAccount': expect.stringMatching(/^\d{12}$/) } },
  })
  expect(policy.Statement[1]).toMatchObject({ Effect: 'Deny', Sid: 'RefusePlainHttp' })
  expect(text(stack.one('topic:Topic').inputs['kmsMasterKeyId'])).toMatch(/^arn:aws:kms:/)
})

test('an e-mail address is subscribed only where one is given', async () => {
  expect((await topic()).all('TopicSubscription')).toEqual([])
  expect((await topic('ops@example.com')).one('TopicSubscription').inputs).toMatchObject({
    protocol: 'email',
    endpoint: 'ops@example.com',
  })
})

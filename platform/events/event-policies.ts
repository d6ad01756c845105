import * as pulumi from '@pulumi/pulumi'
import type { Account } from '../account.ts'
import { onlyTls, type Statement } from '../statements.ts'

interface Policy {
  Version: '2012-10-17'
  Statement: Statement[]
}

const policy = (...statements: Statement[]): Policy => ({
  Version: '2012-10-17',
  Statement: statements,
})

/** Who may publish is said by the IAM policies of the services' roles. */
export const topicPolicy = ({ id, partition }: Account, topicArn: pulumi.Input<string>): Policy =>
  policy(
    {
      Sid: 'ByPoliciesOfThisAccount',
      Effect: 'Allow',
      Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${id}:root` },
      Action: ['sns:Publish', 'sns:Subscribe', 'sns:GetTopicAttributes'],
      Resource: topicArn,
    },
    onlyTls('sns:Publish', topicArn),
  )

/** Only the topic sends; it also sends to the queue for dead letters what it could not deliver. */
export const queuePolicy = (
  queueArn: pulumi.Input<string>,
  topicArn: pulumi.Input<string>,
): Policy =>
  policy(
    {
      Sid: 'FromTheTopic',
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: queueArn,
      Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
    },
    onlyTls('sqs:*', queueArn),
  )

/** SNS encrypts what it puts into the queues. In a key's policy `*` is the key. */
export const topicUsesKey = ({ id, partition, region }: Account, topic: string): Statement[] => [
  {
    Sid: 'TopicWritesToQueues',
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
    Resource: '*',
    Condition: {
      ArnEquals: {
        'aws:SourceArn': pulumi.interpolate`arn:${partition}:sns:${region}:${id}:${topic}`,
      },
    },
  },
]

import * as aws from '@pulumi/aws'
import { policy } from '../testing/documents.ts'
import type { Fixtures } from '../testing/fixtures.ts'

/** Everybody, in each way to say so. */
const EVERYBODY = [
  { Principal: '*' },
  { Principal: { AWS: ['arn:aws:iam::123456789012:root', '*'] } },
  { Principal: { AWS: 'arn:aws:iam::*:root' } },
  { NotPrincipal: { AWS: 'arn:aws:iam::123456789012:root' } },
  { Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } },
  { Principal: '*', Condition: { StringNotEquals: { 'aws:SourceAccount': '1' } } },
  { Principal: '*', Condition: { StringLike: { 'aws:SourceArn': '*' } } },
  { Principal: '*', Condition: { StringEqualsIfExists: { 'aws:SourceArn': 'arn:aws:sns:1' } } },
]

/** @param kinds each way to give a resource a policy */
function fixturesFor(
  action: string,
  kinds: readonly ((document: string) => unknown)[],
): Fixtures[string] {
  const each = (more: object) =>
    kinds.map(make => () => make(policy({ Action: action, Resource: '*', ...more })))
  const all = (more: object) => () => {
    for (const program of each(more)) program()
  }
  return {
    passes: {
      'one account': all({ Principal: { AWS: 'arn:aws:iam::123456789012:root' } }),
      'one source': all({
        Principal: '*',
        Condition: { ArnLike: { 'AWS:SourceArn': 'arn:aws:sns:eu-west-1:1:topic' } },
      }),
      'a statement that refuses': all({ Effect: 'Deny', Principal: '*' }),
    },
    fails: { [`policy lets everybody do ${action}`]: EVERYBODY.flatMap(each) },
  }
}

export const publicPoliciesFixtures: Fixtures = {
  'KMS.5': fixturesFor('kms:Decrypt', [
    document => new aws.kms.Key('key', { policy: document }),
    document => new aws.kms.KeyPolicy('policy', { keyId: 'key', policy: document }),
  ]),
  'SNS.4': fixturesFor('sns:Publish', [
    document => new aws.sns.Topic('topic', { policy: document }),
    document => new aws.sns.TopicPolicy('policy', { arn: 'arn:aws:sns:topic', policy: document }),
  ]),
  'SQS.3': fixturesFor('sqs:SendMessage', [
    document => new aws.sqs.Queue('queue', { policy: document }),
    document => new aws.sqs.QueuePolicy('policy', { queueUrl: 'queue', policy: document }),
  ]),
}

import * as aws from '@pulumi/aws'
import { blocks, bucketOf, bucketWith, CLOSED, lists, policies } from '../testing/bucket.ts'
import { policy } from '../testing/documents.ts'
import type { Fixtures } from '../testing/fixtures.ts'

const ARN = 'arn:aws:s3:::files'
const EVERYBODY = 'http://acs.amazonaws.com/groups/global/AllUsers'

const everybody = (Action: string, Condition?: object) =>
  policies(
    policy({ Principal: '*', Action, Resource: `${ARN}/*`, ...(Condition && { Condition }) }),
  )

const tlsOnly = (given: object = {}) =>
  policies(
    policy({
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [ARN, `${ARN}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      ...given,
    }),
  )

const granting = (permission: string) =>
  lists({
    accessControlPolicy: {
      owner: { id: 'owner' },
      grants: [{ permission, grantee: { type: 'Group', uri: EVERYBODY } }],
    },
  })

const publicFixtures = (kind: 'READ' | 'WRITE', action: string, acl: string): Fixtures[string] => ({
  passes: {
    'nobody else': bucketWith(),
    'a public policy that the block makes void': bucketWith(blocks(), everybody(action)),
    'a public list that the block makes void': bucketWith(blocks(), lists({ acl })),
    'a condition on who asks': bucketWith(
      everybody(action, { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } }),
    ),
    'a policy that refuses': bucketWith(tlsOnly()),
  },
  fails: {
    [`acl grants ${kind} to everybody`]: [
      bucketWith(lists({ acl })),
      bucketWith(granting(kind)),
      bucketWith(blocks({ ...CLOSED, ignorePublicAcls: false }), granting('FULL_CONTROL')),
    ],
    [`policy lets everybody do ${action}`]: [
      bucketWith(everybody(action)),
      bucketWith(everybody(action, { Bool: { 'aws:SecureTransport': 'true' } })),
      bucketWith(everybody(action, { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } })),
      () => bucketOf({ policy: policy({ Principal: { AWS: '*' }, Action: action }) }),
    ],
    'policy lets everybody do s3:*': bucketWith(
      blocks({ ...CLOSED, restrictPublicBuckets: false }),
      everybody('s3:*'),
    ),
  },
})

const other = (Action: string, Principal: unknown = { AWS: 'arn:aws:iam::999999999999:root' }) =>
  policies(policy({ Principal, Action, Resource: ARN }))

const lifecycle = (status: string) => (bucket: aws.s3.Bucket) =>
  new aws.s3.BucketLifecycleConfiguration('lifecycle', {
    bucket: bucket.id,
    rules: [{ id: 'old', status, expiration: { days: 30 } }],
  })

const owned = (objectOwnership: string) => (bucket: aws.s3.Bucket) =>
  new aws.s3.BucketOwnershipControls('owner', { bucket: bucket.id, rule: { objectOwnership } })

const account = (args: aws.s3.AccountPublicAccessBlockArgs) =>
  bucketWith(() => new aws.s3.AccountPublicAccessBlock('account', args))

export const s3Fixtures: Fixtures = {
  'S3.1': {
    passes: { blocked: account(CLOSED), 'a stack without buckets': () => undefined },
    fails: {
      's3.AccountPublicAccessBlock is not in the stack': bucketWith(),
      's3.AccountPublicAccessBlock leaves something open': account({
        ...CLOSED,
        blockPublicPolicy: false,
      }),
    },
  },
  'S3.2': publicFixtures('READ', 's3:GetObject', 'public-read'),
  'S3.3': publicFixtures('WRITE', 's3:PutObject', 'public-read-write'),
  'S3.5': {
    passes: { 'TLS alone': bucketWith(tlsOnly()) },
    fails: {
      'policy lets plain HTTP in': [
        bucketWith(),
        bucketWith(tlsOnly({ Action: 's3:ListBucket' })),
        bucketWith(tlsOnly({ Effect: 'Allow' })),
        bucketWith(tlsOnly({ Principal: { AWS: '999999999999' } })),
        bucketWith(
          tlsOnly({
            Condition: {
              Bool: { 'aws:SecureTransport': 'false' },
              StringEquals: { 'aws:SourceAccount': '1' },
            },
          }),
        ),
      ],
      'policy refuses plain HTTP for the bucket and not for its objects': bucketWith(
        tlsOnly({ Resource: ARN }),
      ),
    },
    unknown: {
      's3.BucketPolicy.policy is no JSON': bucketWith(policies('Version: 2012-10-17')),
    },
  },
  'S3.6': {
    passes: {
      'only reading': bucketWith(other('s3:GetObject')),
      'the own account': bucketWith(
        other('s3:PutBucketPolicy', { AWS: 'arn:aws:iam::123456789012:role/admin' }),
        () => new aws.sqs.Queue('with-the-account-in-its-arn'),
      ),
      'a service': bucketWith(other('s3:PutObjectAcl', { Service: 'logging.s3.amazonaws.com' })),
    },
    fails: {
      'policy lets account 999999999999 change': bucketWith(
        other('s3:PutBucketPolicy'),
        () => new aws.sqs.Queue('with-the-account-in-its-arn'),
      ),
      'policy lets account * change': bucketWith(other('s3:*', '*')),
    },
    unknown: {
      'policy trusts account 999999999999, and this one is not known': bucketWith(
        other('s3:DeleteBucketPolicy', { AWS: '999999999999' }),
      ),
    },
  },
  'S3.8': {
    passes: { closed: bucketWith(blocks()) },
    fails: {
      's3.BucketPublicAccessBlock of this bucket leaves open: blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets':
        bucketWith(),
      'leaves open: restrictPublicBuckets': bucketWith(
        blocks({ ...CLOSED, restrictPublicBuckets: false }),
      ),
      'leaves open: blockPublicAcls': () => {
        bucketOf()
        new aws.s3.BucketPublicAccessBlock('block', { bucket: 'another', ...CLOSED })
      },
    },
  },
  'S3.9': {
    passes: {
      beside: bucketWith(
        bucket =>
          new aws.s3.BucketLogging('log', {
            bucket: bucket.id,
            targetBucket: 'logs',
            targetPrefix: 'files/',
          }),
      ),
      inside: () => bucketOf({ logging: { targetBucket: 'logs' } }),
    },
    fails: { 's3.BucketLogging of this bucket is not in the stack': bucketWith() },
  },
  'S3.12': {
    passes: {
      'no list': bucketWith(),
      private: bucketWith(lists({ acl: 'private' })),
      enforced: bucketWith(owned('BucketOwnerEnforced')),
    },
    fails: {
      'acl grants READ': bucketWith(lists({ acl: 'public-read' })),
      'acl grants log-delivery-write': bucketWith(lists({ acl: 'log-delivery-write' })),
      'objectOwnership is "BucketOwnerPreferred": lists are in force': bucketWith(
        owned('BucketOwnerPreferred'),
      ),
      'acl grants FULL_CONTROL': () =>
        bucketOf({ grants: [{ permissions: ['FULL_CONTROL'], type: 'CanonicalUser', id: 'x' }] }),
    },
  },
  'S3.13': {
    passes: {
      'a rule': bucketWith(lifecycle('Enabled')),
      inside: () => bucketOf({ lifecycleRules: [{ enabled: true, expiration: { days: 1 } }] }),
      'an older name of the type': () => {
        const { id } = new aws.s3.BucketV2('files')
        new aws.s3.BucketLifecycleConfigurationV2('lifecycle', {
          bucket: id,
          rules: [{ id: 'old', status: 'Enabled' }],
        })
      },
    },
    fails: {
      's3.BucketLifecycleConfiguration of this bucket has no rule in force': [
        bucketWith(),
        bucketWith(lifecycle('Disabled')),
      ],
    },
  },
}

import * as aws from '@pulumi/aws'
import { policy } from '../testing/documents.ts'
import type { Fixtures } from '../testing/fixtures.ts'

type Statement = Parameters<typeof policy>[0]

const managed = (statement: Statement) => () => {
  new aws.iam.Policy('policy', { policy: policy(statement) })
}
const inline = (statement: Statement) => () => {
  new aws.iam.RolePolicy('policy', { role: 'role', policy: policy(statement) })
}
const ofUser = (statement: Statement) => () => {
  new aws.iam.UserPolicy('policy', { user: 'user', policy: policy(statement) })
}
const ofGroup = (statement: Statement) => () => {
  new aws.iam.GroupPolicy('policy', { group: 'group', policy: policy(statement) })
}
const insideRole = (statement: Statement) => () => {
  new aws.iam.Role('role', {
    assumeRolePolicy: policy({
      Action: 'sts:AssumeRole',
      Principal: { Service: 'ecs.amazonaws.com' },
    }),
    inlinePolicies: [{ name: 'policy', policy: policy(statement) }],
  })
}

/** A policy that only limits the role. */
const boundary = (statement: Statement) => () => {
  const limits = new aws.iam.Policy('policy', { policy: policy(statement) })
  new aws.iam.Role('role', { assumeRolePolicy: policy(), permissionsBoundary: limits.arn })
}

const ALL = { Action: '*', Resource: '*' }
const EVERY_KEY = 'policy allows to decrypt with every key'

const kms = (kind: (statement: Statement) => () => void): Fixtures[string] => ({
  passes: {
    'one key': kind({ Action: 'kms:Decrypt', Resource: 'arn:aws:kms:eu-west-1:1:key/1' }),
    'another action': kind({ Action: 'kms:DescribeKey', Resource: '*' }),
    'a service in between': kind({
      Action: 'kms:Decrypt',
      Resource: '*',
      Condition: { StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
    }),
  },
  fails: {
    [EVERY_KEY]: [
      kind({ Action: ['kms:Decrypt'], Resource: '*' }),
      kind({ Action: 'kms:ReEncrypt*', Resource: 'arn:aws:kms:*:123456789012:key/*' }),
      kind({ NotAction: 's3:*', Resource: '*' }),
    ],
  },
})

const ofRoles = kms(inline)
const ofManaged = kms(managed)

export const iamFixtures: Fixtures = {
  'IAM.1': {
    passes: {
      'one service': managed({ Action: 's3:*', Resource: '*' }),
      'one resource': managed({ Action: '*', Resource: 'arn:aws:s3:::files' }),
      'a statement that refuses': managed({ ...ALL, Effect: 'Deny' }),
      'a boundary, which gives nothing': boundary(ALL),
    },
    fails: {
      'policy allows "*" on "*"': [
        managed(ALL),
        inline({ Action: ['s3:GetObject', '*'], Resource: ['*'] }),
        ofUser(ALL),
        ofGroup(ALL),
        insideRole(ALL),
      ],
    },
    unknown: {
      'policy is no JSON': () => {
        new aws.iam.Policy('policy', { policy: 'Version: 2012-10-17' })
      },
    },
  },
  'IAM.2': {
    passes: {
      'a role': inline({ Action: 's3:GetObject', Resource: '*' }),
      'joined to roles': () => {
        new aws.iam.PolicyAttachment('policy', { policyArn: 'arn', roles: ['role'] })
      },
    },
    fails: {
      'user is given rights by itself': [
        ofUser({ Action: 's3:GetObject', Resource: '*' }),
        () => {
          new aws.iam.UserPolicyAttachment('policy', { user: 'user', policyArn: 'arn' })
        },
      ],
      'users are given rights by themselves': () => {
        new aws.iam.PolicyAttachment('policy', { policyArn: 'arn', users: ['user'] })
      },
    },
  },
  'IAM.21': {
    passes: {
      'some of a service': managed({ Action: ['s3:Get*', 'ecs:Describe*'], Resource: '*' }),
      'a statement that refuses': managed({ Effect: 'Deny', Action: 's3:*', Resource: '*' }),
      'a boundary, which gives nothing': boundary({ Action: 'ec2:*', Resource: '*' }),
    },
    fails: { 'policy allows "ec2:*"': managed({ Action: ['s3:Get*', 'ec2:*'], Resource: '*' }) },
  },
  'KMS.1': {
    ...ofManaged,
    passes: {
      ...ofManaged.passes,
      'a boundary, which gives nothing': boundary({ Action: 'kms:*', Resource: '*' }),
    },
  },
  'KMS.2': {
    passes: ofRoles.passes,
    fails: {
      [EVERY_KEY]: [
        ...[ofRoles.fails[EVERY_KEY] ?? []].flat(),
        ...[insideRole, ofUser, ofGroup].map(kind => kind({ Action: 'kms:*', Resource: '*' })),
      ],
    },
  },
}

import { expect, test } from 'vitest'
import { boundedBy, deployBoundary, roleBoundary } from './delivery-boundary.ts'
import {
  deployStatements,
  previewStatements,
  subjectsOf,
  trustGitHub,
} from './delivery-statements.ts'

const place = { partition: 'aws', account: '123456789012', prefix: 'shop-dev' }
const names = {
  previewRole: 'shop-dev-preview',
  deployRole: 'shop-dev-deploy',
  deployBoundary: 'shop-dev-deploy-boundary',
  roleBoundary: 'shop-dev-role-boundary',
}
const iam = (rest: string) => `arn:aws:iam::123456789012:${rest}`
const denied = (sid: string) => deployBoundary(place, names).find(({ Sid }) => Sid === sid)

test('a role is for one subject and one audience, compared letter by letter', () => {
  const { deploy, preview } = subjectsOf('acme/shop', 'dev')
  expect(deploy).toBe('repo:acme/shop:environment:dev')
  expect(preview).toEqual(['repo:acme/shop:pull_request', 'repo:acme/shop:ref:refs/heads/main'])
  expect(trustGitHub('arn:provider', deploy).Statement).toEqual([
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRoleWithWebIdentity',
      Principal: { Federated: 'arn:provider' },
      Condition: {
        StringEquals: {
          'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
          'token.actions.githubusercontent.com:sub': 'repo:acme/shop:environment:dev',
        },
      },
    },
  ])
})

test.for([
  ['acme', 'dev', 'repository "acme" must be owner/name'],
  ['acme/*', 'dev', 'repository "acme/*" must be owner/name'],
  ['acme/shop:ref', 'dev', 'must be owner/name'],
  ['acme/shop', '*', 'environment "*" must be letters'],
] as const)(
  'repository %s with environment %s is refused',
  ([repository, environment, message]) => {
    expect(() => subjectsOf(repository, environment)).toThrow(message)
  },
)

test('a deployment manages roles and policies of its stack only', () => {
  expect(deployStatements(place)[0]).toMatchObject({
    Action: 'iam:*',
    Resource: [iam('role/shop-dev-*'), iam('policy/shop-dev-*')],
  })
  expect(denied('NoIamOutsideThisStack')).toMatchObject({
    Effect: 'Deny',
    NotResource: [iam('role/shop-dev-*'), iam('policy/shop-dev-*'), iam('role/aws-service-role/*')],
  })
})

test('a deployment changes neither its own roles nor the boundaries', () => {
  expect(denied('NotItself')).toMatchObject({
    Effect: 'Deny',
    Resource: [
      iam('role/shop-dev-preview'),
      iam('role/shop-dev-deploy'),
      iam('policy/shop-dev-deploy-boundary'),
      iam('policy/shop-dev-role-boundary'),
    ],
  })
  const { Action } = denied('NotItself') ?? {}
  expect(Action).toEqual(expect.arrayContaining(['iam:Put*', 'iam:Attach*', 'iam:Create*']))
})

test('a deployment gives rights only to roles that carry the boundary', () => {
  expect(denied('OnlyBoundedRoles')).toMatchObject({
    Effect: 'Deny',
    Action: expect.arrayContaining(['iam:CreateRole', 'iam:PutRolePolicy', 'iam:AttachRolePolicy']),
    Condition: {
      StringNotEquals: { 'iam:PermissionsBoundary': iam('policy/shop-dev-role-boundary') },
    },
  })
  expect(roleBoundary().find(({ Sid }) => Sid === 'NoIam')).toMatchObject({
    Effect: 'Deny',
    Action: 'iam:*',
  })
})

test("both boundaries fit IAM's 6144 characters", () => {
  for (const Statement of [deployBoundary(place, names), roleBoundary()])
    expect(JSON.stringify({ Version: '2012-10-17', Statement }).length).toBeLessThan(6144)
})

test('a preview writes nothing', () => {
  const allowed = previewStatements().filter(({ Effect }) => Effect === 'Allow')
  expect(allowed.map(({ Action }) => Action)).toEqual(['ecr:GetAuthorizationToken'])
})

test('a preview never reads customer data or secrets', () => {
  const denial = previewStatements().find(({ Effect }) => Effect === 'Deny')
  expect(denial?.Action).toEqual(
    expect.arrayContaining(['secretsmanager:GetSecretValue', 'dynamodb:Scan']),
  )
})

test('roles without a boundary get the given one, others keep theirs', () => {
  const bound = (type: string, props: object) =>
    boundedBy('arn:boundary')({ type, name: 'x', props, opts: {}, resource: undefined as never })
  expect(bound('aws:iam/role:Role', { permissionsBoundary: undefined })?.props).toEqual({
    permissionsBoundary: 'arn:boundary',
  })
  expect(bound('aws:iam/role:Role', { permissionsBoundary: 'arn:other' })).toBeUndefined()
  expect(bound('aws:iam/policy:Policy', {})).toBeUndefined()
})

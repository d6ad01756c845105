import * as aws from '@pulumi/aws'
import { policy } from '../testing/documents.ts'
import type { Fixtures } from '../testing/fixtures.ts'

const role = (statement: object) => () =>
  new aws.iam.Role('role', { assumeRolePolicy: policy({ Action: 'sts:AssumeRole', ...statement }) })

const GITHUB = 'token.actions.githubusercontent.com'
const GITLAB = 'gitlab.com'

const oidc = (host: string, Condition?: object) =>
  role({
    Action: 'sts:AssumeRoleWithWebIdentity',
    Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${host}` },
    ...(Condition && { Condition }),
  })
const subject = (operator: string, sub: string, host = GITHUB) =>
  oidc(host, { [operator]: { [`${host}:sub`]: sub } })

const everybody = { Principal: '*', Action: 'ecr:*', Resource: '*' }

export const ownIdentityFixtures: Fixtures = {
  'Shop.IamUsers': {
    passes: { 'a role': role({ Principal: { Service: 'ecs-tasks.amazonaws.com' } }) },
    fails: {
      'iam.User is a credential that lasts': () => new aws.iam.User('user'),
      'iam.AccessKey is a credential that lasts': () =>
        new aws.iam.AccessKey('key', { user: 'user' }),
      'iam.UserLoginProfile is a credential that lasts': () =>
        new aws.iam.UserLoginProfile('login', { user: 'user' }),
      'iam.ServiceSpecificCredential is a credential that lasts': () =>
        new aws.iam.ServiceSpecificCredential('login', { userName: 'user', serviceName: 's' }),
      'iam.SshKey is a credential that lasts': () =>
        new aws.iam.SshKey('key', { username: 'user', encoding: 'SSH', publicKey: 'ssh-rsa' }),
    },
  },
  'Shop.OidcTrust': {
    passes: {
      'one branch': subject('StringEquals', 'repo:me/shop:ref:refs/heads/main'),
      'one repository': subject('StringLike', 'repo:me/shop:*'),
      'another issuer': subject('StringLike', 'project_path:me/shop:*', GITLAB),
      'a service': role({ Principal: { Service: 'ecs-tasks.amazonaws.com' } }),
    },
    fails: {
      [`assumeRolePolicy trusts every user of ${GITHUB}`]: [
        oidc(GITHUB),
        oidc(GITHUB, { StringEquals: { [`${GITHUB}:aud`]: 'sts.amazonaws.com' } }),
        subject('StringLike', '*'),
        subject('StringLike', 'repo:*'),
        subject('StringLike', 'repo:me/*:*'),
        subject('StringNotEquals', 'repo:me/shop:ref:refs/heads/main'),
        subject('StringEqualsIfExists', 'repo:me/shop:ref:refs/heads/main'),
      ],
      [`assumeRolePolicy trusts every user of ${GITLAB}`]: subject('StringLike', '*', GITLAB),
    },
  },
  'Shop.RoleTrust': {
    passes: {
      'one account': role({ Principal: { AWS: '123456789012' } }),
      'an organisation': role({
        Principal: { AWS: '*' },
        Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } },
      }),
    },
    fails: {
      'assumeRolePolicy trusts everybody': [
        role({ Principal: '*' }),
        role({ Principal: { AWS: '*' } }),
      ],
    },
  },
  'Shop.PublicPolicies': {
    passes: {
      'one account': () =>
        new aws.ecr.RepositoryPolicy('policy', {
          repository: 'shop',
          policy: policy({ ...everybody, Principal: { AWS: '123456789012' } }),
        }),
      'one source': () =>
        new aws.lambda.Permission('policy', {
          action: 'lambda:InvokeFunction',
          function: 'f',
          principal: '*',
          sourceArn: 'arn:aws:s3:::files',
        }),
    },
    fails: {
      'policy lets everybody do ecr:*': [
        () =>
          new aws.ecr.RepositoryPolicy('policy', { repository: 'r', policy: policy(everybody) }),
        () => new aws.secretsmanager.Secret('secret', { policy: policy(everybody) }),
        () =>
          new aws.secretsmanager.SecretPolicy('p', { secretArn: 's', policy: policy(everybody) }),
        () => new aws.efs.FileSystemPolicy('p', { fileSystemId: 'f', policy: policy(everybody) }),
        () => new aws.backup.VaultPolicy('p', { backupVaultName: 'v', policy: policy(everybody) }),
        () =>
          new aws.opensearch.DomainPolicy('p', {
            domainName: 'd',
            accessPolicies: policy(everybody),
          }),
      ],
      'principal is "*"': () =>
        new aws.lambda.Permission('p', {
          action: 'lambda:InvokeFunction',
          function: 'f',
          principal: '*',
        }),
    },
  },
}

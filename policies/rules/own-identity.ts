import { isPublic, statementsOf } from '../reading/statements.ts'
import { isRestricted, oidcHostsOf } from '../reading/trust.ts'
import { fail, rule, type Rule } from '../rule.ts'

const BEST_PRACTICES = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html'
const OIDC_ROLES =
  'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html'
const PUBLIC_POLICIES =
  'https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html'

export const ownIdentity: readonly Rule[] = [
  rule(
    [
      'iam.User',
      'iam.AccessKey',
      'iam.UserLoginProfile',
      'iam.ServiceSpecificCredential',
      'iam.SshKey',
    ],
    {
      control: 'Shop.IamUsers',
      title: 'There are no users and no keys that last',
      severity: 'high',
      why: 'such credentials are copied, leak, and are good until somebody notices',
      remediation: BEST_PRACTICES,
      check: ({ type }) =>
        fail(
          type,
          'is a credential that lasts',
          'a role that people and programs take on for hours',
        ),
    },
  ),
  rule('iam.Role', {
    control: 'Shop.OidcTrust',
    title: 'Roles trust named users of a token issuer',
    severity: 'critical',
    why: 'everybody with an account at the issuer can take on the role',
    remediation: OIDC_ROLES,
    check: ({ inputs: { assumeRolePolicy } }) => {
      for (const statement of statementsOf(assumeRolePolicy, 'assumeRolePolicy'))
        for (const host of oidcHostsOf(statement))
          if (!isRestricted(statement, host))
            return fail(
              'assumeRolePolicy',
              `trusts every user of ${host}`,
              `Condition: { StringEquals: { '${host}:aud': 'sts.amazonaws.com', '${host}:sub': 'repo:OWNER/NAME:ref:refs/heads/main' } }`,
            )
      return undefined
    },
  }),
  rule('iam.Role', {
    control: 'Shop.RoleTrust',
    title: 'Roles trust named principals',
    severity: 'critical',
    why: 'everybody with an account of AWS can take on the role',
    remediation: BEST_PRACTICES,
    check: ({ inputs: { assumeRolePolicy } }) =>
      statementsOf(assumeRolePolicy, 'assumeRolePolicy').some(isPublic)
        ? fail(
            'assumeRolePolicy',
            'trusts everybody',
            'Principal: the accounts or services that are meant',
          )
        : undefined,
  }),
  rule(
    [
      'ecr.RepositoryPolicy',
      'ecr.RegistryPolicy',
      'secretsmanager.SecretPolicy',
      'secretsmanager.Secret',
      'efs.FileSystemPolicy',
      'backup.VaultPolicy',
      'cloudwatch.EventBusPolicy',
      'opensearch.DomainPolicy',
      'kinesis.ResourcePolicy',
      'dynamodb.ResourcePolicy',
    ],
    {
      control: 'Shop.PublicPolicies',
      title: 'Policies of repositories, secrets, file systems and the like name principals',
      severity: 'critical',
      why: 'everybody in the world can read or change what is in it',
      remediation: PUBLIC_POLICIES,
      check: ({ inputs }) => {
        const document =
          'accessPolicies' in inputs
            ? inputs.accessPolicies
            : 'policy' in inputs
              ? inputs.policy
              : undefined
        const found = statementsOf(document, 'policy').find(isPublic)
        return found
          ? fail(
              'policy',
              `lets everybody do ${[...found.actions, ...found.notActions].join(', ')}`,
              'principals by name, or a condition on aws:SourceArn, aws:SourceAccount or aws:PrincipalOrgID',
            )
          : undefined
      },
    },
  ),
  rule('lambda.Permission', {
    control: 'Shop.PublicPolicies',
    title: 'Policies of repositories, secrets, file systems and the like name principals',
    severity: 'critical',
    why: 'everybody in the world can read or change what is in it',
    remediation: PUBLIC_POLICIES,
    check: ({ inputs: { principal, principalOrgId, sourceAccount, sourceArn } }) =>
      principal === '*' &&
      principalOrgId === undefined &&
      sourceAccount === undefined &&
      sourceArn === undefined
        ? fail('principal', 'is "*"', 'principal by name, or sourceArn and sourceAccount')
        : undefined,
  }),
]

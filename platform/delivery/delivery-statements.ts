import type { Statement } from '../statements.ts'

/** Where the roles of one stack live. */
export interface DeliveryPlace {
  /** `aws` */
  partition: string
  /** 12 digits */
  account: string
  /** `shop-dev`: names of the stack's roles and policies begin with it. */
  prefix: string
}

export const ISSUER_HOST = 'token.actions.githubusercontent.com'
export const TOKEN_AUDIENCE = 'sts.amazonaws.com'

/** ARN of something in IAM: `role/shop-dev-users-task`. */
export const iamArn = ({ partition, account }: DeliveryPlace, rest: string) =>
  `arn:${partition}:iam::${account}:${rest}`

export const oidcProviderArn = (place: DeliveryPlace): string =>
  iamArn(place, `oidc-provider/${ISSUER_HOST}`)

export const stackRoles = (place: DeliveryPlace) => iamArn(place, `role/${place.prefix}-*`)
export const stackPolicies = (place: DeliveryPlace) => iamArn(place, `policy/${place.prefix}-*`)
/** Roles that AWS makes for its own services, such as ECS and VPC origins. */
export const serviceRoles = (place: DeliveryPlace) => iamArn(place, 'role/aws-service-role/*')

/**
 * Subjects of GitHub's tokens, compared letter by letter.
 * @throws Error when the repository is no `owner/name`, or a name holds a wildcard
 */
export function subjectsOf(repository: string, environment: string) {
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository))
    throw new Error(`repository "${repository}" must be owner/name: letters, digits, _ . -`)
  if (!/^[\w.-]+$/.test(environment))
    throw new Error(`environment "${environment}" must be letters, digits, _ . -`)
  return {
    // Of main: the plan that is approved before a deployment, and the look for drift.
    preview: [`repo:${repository}:pull_request`, `repo:${repository}:ref:refs/heads/main`],
    deploy: `repo:${repository}:environment:${environment}`,
  }
}

/** Who may take on a role: a workflow whose token has this subject, or one of these. */
export const trustGitHub = (provider: string, subject: string | readonly string[]) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRoleWithWebIdentity',
      Principal: { Federated: provider },
      Condition: {
        StringEquals: {
          [`${ISSUER_HOST}:aud`]: TOKEN_AUDIENCE,
          [`${ISSUER_HOST}:sub`]: subject,
        },
      },
    },
  ],
})

/** What a preview needs beside AWS's two read-only policies, and what those must never come to mean. */
export const previewStatements = (): Statement[] => [
  {
    Sid: 'ImageRegistryLogin',
    Effect: 'Allow',
    Action: 'ecr:GetAuthorizationToken',
    Resource: '*', // has no resource level
  },
  {
    Sid: 'NoCustomerData',
    Effect: 'Deny',
    Action: [
      'secretsmanager:GetSecretValue',
      'ssm:GetParameter*',
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:Scan',
      'sqs:ReceiveMessage',
      'logs:GetLogEvents',
      'logs:FilterLogEvents',
      'logs:StartQuery',
    ],
    Resource: '*', // whatever another policy allows
  },
]

/** IAM that a deployment needs; the rest of AWS comes from PowerUserAccess, which has none of it. */
export const deployStatements = (place: DeliveryPlace): Statement[] => [
  {
    Sid: 'RolesAndPoliciesOfThisStack',
    Effect: 'Allow',
    Action: 'iam:*',
    Resource: [stackRoles(place), stackPolicies(place)],
  },
  {
    Sid: 'RolesOfAwsServices',
    Effect: 'Allow',
    Action: ['iam:CreateServiceLinkedRole', 'iam:GetRole'],
    Resource: serviceRoles(place),
  },
  {
    Sid: 'SeeTheProvider',
    Effect: 'Allow',
    Action: 'iam:GetOpenIDConnectProvider',
    Resource: oidcProviderArn(place),
  },
]

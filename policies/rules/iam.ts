import { isAbout, type Statement, statementsOf } from '../reading/statements.ts'
import type { ResourceOf } from '../resource.ts'
import { fail, type Finding, rule, type Rule, stackRule } from '../rule.ts'
import type { StackView } from '../stack-view.ts'

const isOnAll = ({ resources, notResources }: Statement): boolean =>
  resources.includes('*') || notResources.length > 0

/** Everything on everything. */
const isAdmin = (statement: Statement): boolean =>
  statement.allows && statement.actions.includes('*') && isOnAll(statement)

/** `ec2:*`: more than anybody can say what it is. */
const wholeService = ({ allows, actions }: Statement): string | undefined =>
  allows ? actions.find(action => /^[\w-]+:\*$/.test(action)) : undefined

const KMS_OPENERS = ['kms:Decrypt', 'kms:ReEncryptFrom']

/** `*`, or every key of an account. */
const isEveryKey = (arn: string): boolean =>
  arn === '*' || /^arn:[\w*-]+:kms:[^:]*:[^:]*:(?:\*|key\/\*|alias\/\*)$/.test(arn)

const opensEveryKey = (statement: Statement): boolean =>
  statement.allows &&
  KMS_OPENERS.some(action => isAbout(statement, action)) &&
  (statement.resources.some(isEveryKey) || statement.notResources.length > 0) &&
  statement.conditions.length === 0

const adminFinding = (document: unknown): Finding | undefined =>
  statementsOf(document, 'policy').some(isAdmin)
    ? fail('policy', 'allows "*" on "*"', 'the actions and resources that are needed')
    : undefined

const kmsFinding = (document: unknown): Finding | undefined =>
  statementsOf(document, 'policy').some(opensEveryKey)
    ? fail(
        'policy',
        'allows to decrypt with every key',
        'Resource: the ARNs of the keys that are meant',
      )
    : undefined

/** Limits what others may be given, and gives nothing itself: AWS leaves such policies out, too. */
const isBoundary = (policy: ResourceOf<'iam.Policy'>, stack: StackView): boolean =>
  stack.referrers(policy, 'iam.Role', 'permissionsBoundary').length > 0 ||
  stack.referrers(policy, 'iam.User', 'permissionsBoundary').length > 0

const grants = (policy: ResourceOf<'iam.Policy'>, stack: StackView): boolean =>
  !isBoundary(policy, stack)

const KMS = {
  severity: 'medium',
  why: 'one role can read everything that any key of the account protects',
} as const

const INLINE = ['iam.RolePolicy', 'iam.UserPolicy', 'iam.GroupPolicy'] as const

export const iam: readonly Rule[] = [
  stackRule('iam.Policy', {
    control: 'IAM.1',
    title: 'No policy allows everything on everything',
    severity: 'high',
    why: 'whoever gets hold of it owns the account',
    applies: grants,
    check: ({ inputs }) => adminFinding(inputs.policy),
  }),
  rule(INLINE, {
    control: 'IAM.1',
    title: 'No policy allows everything on everything',
    severity: 'high',
    why: 'whoever gets hold of it owns the account',
    check: ({ inputs }) => adminFinding(inputs.policy),
  }),
  rule('iam.Role', {
    control: 'IAM.1',
    title: 'No policy allows everything on everything',
    severity: 'high',
    why: 'whoever gets hold of it owns the account',
    check: ({ inputs: { inlinePolicies = [] } }) =>
      inlinePolicies.map(({ policy }) => adminFinding(policy)).find(Boolean),
  }),
  rule(['iam.UserPolicy', 'iam.UserPolicyAttachment', 'iam.UserPolicyAttachmentsExclusive'], {
    control: 'IAM.2',
    title: 'Users have no policies of their own',
    severity: 'low',
    why: 'nobody can tell who may do what',
    check: () => fail('user', 'is given rights by itself', 'a role or a group'),
  }),
  rule('iam.PolicyAttachment', {
    control: 'IAM.2',
    title: 'Users have no policies of their own',
    severity: 'low',
    why: 'nobody can tell who may do what',
    check: ({ inputs: { users = [] } }) =>
      users.length > 0
        ? fail('users', 'are given rights by themselves', 'a role or a group')
        : undefined,
  }),
  stackRule('iam.Policy', {
    control: 'IAM.21',
    title: 'No policy allows all of a service',
    severity: 'low',
    why: 'nobody knows what the service will be able to do next year',
    applies: grants,
    check: ({ inputs }) => {
      const found = statementsOf(inputs.policy, 'policy')
        .map(wholeService)
        .find(action => action !== undefined)
      return found === undefined
        ? undefined
        : fail('policy', `allows "${found}"`, 'Action: what is needed of the service')
    },
  }),
  stackRule('iam.Policy', {
    control: 'KMS.1',
    title: 'No managed policy opens every key',
    ...KMS,
    applies: grants,
    check: ({ inputs }) => kmsFinding(inputs.policy),
  }),
  rule(INLINE, {
    control: 'KMS.2',
    title: 'No policy of a user, role or group opens every key',
    ...KMS,
    check: ({ inputs }) => kmsFinding(inputs.policy),
  }),
  rule('iam.Role', {
    control: 'KMS.2',
    title: 'No policy of a user, role or group opens every key',
    ...KMS,
    check: ({ inputs: { inlinePolicies = [] } }) =>
      inlinePolicies.map(({ policy }) => kmsFinding(policy)).find(Boolean),
  }),
]

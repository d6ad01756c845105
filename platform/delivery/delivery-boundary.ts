import type { Input, ResourceTransformation } from '@pulumi/pulumi'
import {
  type DeliveryPlace,
  iamArn,
  serviceRoles,
  stackPolicies,
  stackRoles,
} from './delivery-statements.ts'
import type { Statement } from '../statements.ts'

/** Physical names of what `Delivery` makes. */
export interface DeliveryNames {
  previewRole: string
  deployRole: string
  deployBoundary: string
  roleBoundary: string
}

/** Every action of IAM that changes something or hands a role on. */
const IAM_WRITES = [
  'Add',
  'Attach',
  'Create',
  'Delete',
  'Detach',
  'PassRole',
  'Put',
  'Remove',
  'Set',
  'Tag',
  'Untag',
  'Update',
].map(verb => `iam:${verb}*`)

/** A statement, or one about everything but what it names. */
export type BoundaryStatement =
  | Statement
  | (Omit<Statement, 'Resource'> & { NotResource: readonly string[] })

/**
 * Permissions boundary of the deploy role, which holds whatever policy it is given. It reaches no role or policy of other
 * stacks and people, can't change the delivery roles and boundaries themselves, and gives rights only to roles that carry the
 * stack's role boundary, so that it can't make a stronger role and use it.
 */
export function deployBoundary(place: DeliveryPlace, names: DeliveryNames): BoundaryStatement[] {
  const own = [
    iamArn(place, `role/${names.previewRole}`),
    iamArn(place, `role/${names.deployRole}`),
    iamArn(place, `policy/${names.deployBoundary}`),
    iamArn(place, `policy/${names.roleBoundary}`),
  ]
  return [
    // A boundary allows nothing by itself: what it does not name, no policy can give.
    { Sid: 'UpToHere', Effect: 'Allow', Action: '*', Resource: '*' },
    {
      Sid: 'NoIamOutsideThisStack',
      Effect: 'Deny',
      Action: IAM_WRITES,
      NotResource: [stackRoles(place), stackPolicies(place), serviceRoles(place)],
    },
    { Sid: 'NotItself', Effect: 'Deny', Action: IAM_WRITES, Resource: own },
    {
      Sid: 'OnlyBoundedRoles',
      Effect: 'Deny',
      Action: [
        'iam:CreateRole',
        'iam:PutRolePolicy',
        'iam:AttachRolePolicy',
        'iam:PutRolePermissionsBoundary',
      ],
      Resource: stackRoles(place),
      Condition: {
        StringNotEquals: {
          'iam:PermissionsBoundary': iamArn(place, `policy/${names.roleBoundary}`),
        },
      },
    },
    {
      Sid: 'BoundariesStay',
      Effect: 'Deny',
      Action: 'iam:DeleteRolePermissionsBoundary',
      Resource: stackRoles(place),
    },
    NOT_THE_ACCOUNT,
  ]
}

const NOT_THE_ACCOUNT: Statement = {
  Sid: 'NotTheAccount',
  Effect: 'Deny',
  Action: ['organizations:*', 'account:*', 'sts:AssumeRole'],
  Resource: '*', // most of these have no resource level
}

/**
 * Permissions boundary of every other role of the stack: tasks and AWS services may do what their policies say, but never
 * touch IAM or become somebody else.
 */
export const roleBoundary = (): BoundaryStatement[] => [
  { Sid: 'UpToHere', Effect: 'Allow', Action: '*', Resource: '*' },
  { Sid: 'NoIam', Effect: 'Deny', Action: 'iam:*', Resource: '*' },
  NOT_THE_ACCOUNT,
]

/** Stack transformation: every role without a boundary gets this one. Register it after the `Delivery`, before other roles. */
export const boundedBy =
  (roleBoundaryArn: Input<string>): ResourceTransformation =>
  ({ type, props, opts }) =>
    type === 'aws:iam/role:Role' && props['permissionsBoundary'] === undefined
      ? { props: { ...props, permissionsBoundary: roleBoundaryArn }, opts }
      : undefined

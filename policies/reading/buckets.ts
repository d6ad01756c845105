import type { Resource, ResourceOf } from '../resource.ts'
import type { StackView } from '../stack-view.ts'
import { isAbout, isPublic, type Statement, statementsOf } from './statements.ts'

export type Bucket = ResourceOf<'s3.Bucket'>

/** Statements of a bucket's policies, inside the bucket and beside it. */
export const policyOf = (bucket: Bucket, stack: StackView): Statement[] => [
  ...statementsOf(bucket.inputs.policy, 'policy'),
  ...stack
    .referrers(bucket, 's3.BucketPolicy', 'bucket')
    .flatMap(({ inputs }) => statementsOf(inputs.policy, 's3.BucketPolicy.policy')),
]

const BLOCKS = [
  'blockPublicAcls',
  'blockPublicPolicy',
  'ignorePublicAcls',
  'restrictPublicBuckets',
] as const

export type Block = (typeof BLOCKS)[number]

/** What a bucket's public access block leaves open; everything where there is none. */
export function openBlocks(bucket: Bucket, stack: StackView): readonly Block[] {
  const [block] = stack.referrers(bucket, 's3.BucketPublicAccessBlock', 'bucket')
  return BLOCKS.filter(name => block?.inputs[name] !== true)
}

/** Canned lists that name everybody, or everybody with an account of AWS. */
const READERS = new Set(['public-read', 'public-read-write', 'authenticated-read'])
const WRITERS = new Set(['public-read-write'])

const EVERYBODY = /\/groups\/global\/(?:AllUsers|AuthenticatedUsers)$/

interface Grant {
  permission: string
  uri: string | undefined
}

/** What access control lists grant, inside the bucket and beside it. */
export function grantsOf(bucket: Bucket, stack: StackView): Grant[] {
  const beside = stack
    .referrers(bucket, 's3.BucketAcl', 'bucket')
    .flatMap(({ inputs: { acl, accessControlPolicy } }) => [
      ...canned(acl),
      ...(accessControlPolicy?.grants ?? []).map(({ permission, grantee }) => ({
        permission,
        uri: grantee?.uri,
      })),
    ])
  const inside = (bucket.inputs.grants ?? []).flatMap(({ permissions, uri }) =>
    permissions.map(permission => ({ permission, uri })),
  )
  return [...canned(bucket.inputs.acl), ...inside, ...beside]
}

const ALL_USERS = 'http://acs.amazonaws.com/groups/global/AllUsers'

function canned(acl: string | undefined): Grant[] {
  if (acl === undefined || acl === 'private') return []
  return [
    ...(READERS.has(acl) ? [{ permission: 'READ', uri: ALL_USERS }] : []),
    ...(WRITERS.has(acl) ? [{ permission: 'WRITE', uri: ALL_USERS }] : []),
    // `log-delivery-write` and the like: for somebody, if not for everybody.
    ...(READERS.has(acl) ? [] : [{ permission: acl, uri: undefined }]),
  ]
}

const ACTIONS = {
  READ: ['s3:GetObject', 's3:ListBucket', 's3:GetObjectVersion'],
  WRITE: ['s3:PutObject', 's3:DeleteObject', 's3:PutObjectAcl', 's3:PutBucketPolicy'],
} as const

/** How everybody may read or write, in words; undefined where nobody may. */
export function publicWay(
  bucket: Bucket,
  kind: keyof typeof ACTIONS,
  stack: StackView,
): { property: string; problem: string } | undefined {
  const open = openBlocks(bucket, stack)
  const granted = grantsOf(bucket, stack).some(
    ({ permission, uri }) =>
      (permission === kind || permission === 'FULL_CONTROL') && EVERYBODY.test(uri ?? ''),
  )
  if (granted && open.includes('ignorePublicAcls'))
    return { property: 'acl', problem: `grants ${kind} to everybody` }
  const statement = policyOf(bucket, stack).find(
    one => isPublic(one) && ACTIONS[kind].some(action => isAbout(one, action)),
  )
  if (statement && open.includes('restrictPublicBuckets'))
    return {
      property: 'policy',
      problem: `lets everybody do ${[...statement.actions, ...statement.notActions].join(', ')}`,
    }
  return undefined
}

/** A rule in force for when files end, inside the bucket or beside it. */
export const hasLifecycle = (bucket: Bucket, stack: StackView): boolean =>
  (bucket.inputs.lifecycleRules ?? []).some(({ enabled }) => enabled) ||
  stack
    .referrers(bucket, 's3.BucketLifecycleConfiguration', 'bucket')
    .some(({ inputs }) => (inputs.rules ?? []).some(({ status }) => status === 'Enabled'))

/** The account that a resource is in, where its ARN is known. */
export function accountOf(stack: StackView): string | undefined {
  for (const { outputs } of stack.resources) {
    const account = accountIn(outputs)
    if (account !== undefined) return account
  }
  return undefined
}

const accountIn = ({ arn }: Resource['outputs']): string | undefined =>
  typeof arn === 'string' ? /^arn:[\w-]+:[\w-]+:[\w-]*:(\d{12}):/.exec(arn)?.[1] : undefined

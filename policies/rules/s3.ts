import { STACK } from '../aws-inputs.ts'
import {
  accountOf,
  type Bucket,
  grantsOf,
  hasLifecycle,
  openBlocks,
  policyOf,
  publicWay,
} from '../reading/buckets.ts'
import { isAbout, type Statement } from '../reading/statements.ts'
import { NotEvaluated } from '../not-evaluated.ts'
import { fail, type Rule, shown, stackRule } from '../rule.ts'
import type { StackView } from '../stack-view.ts'

/** What an account that is not ours must never do to a bucket. */
const OWNERS_ACTIONS = [
  's3:DeleteBucketPolicy',
  's3:PutBucketAcl',
  's3:PutBucketPolicy',
  's3:PutEncryptionConfiguration',
  's3:PutObjectAcl',
]

/** Refuses everything that comes without TLS. */
const refusesPlain = (statement: Statement): boolean =>
  !statement.allows &&
  statement.principals.includes('*') &&
  isAbout(statement, 's3:GetObject') &&
  isAbout(statement, 's3:PutObject') &&
  statement.conditions.length === 1 &&
  statement.conditions.some(
    ({ operator, key, values }) =>
      operator === 'Bool' && key === 'aws:securetransport' && values.includes('false'),
  )

const coversObjects = ({ resources }: Statement): boolean =>
  resources.some(arn => arn === '*' || arn.endsWith('/*'))

function checkTls(bucket: Bucket, stack: StackView) {
  const refusing = policyOf(bucket, stack).filter(refusesPlain)
  if (refusing.some(coversObjects)) return undefined
  return fail(
    'policy',
    refusing.length > 0
      ? 'refuses plain HTTP for the bucket and not for its objects'
      : 'lets plain HTTP in',
    "a statement of a BucketPolicy: { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: [arn, `${arn}/*`], Condition: { Bool: { 'aws:SecureTransport': 'false' } } }",
  )
}

const ACCOUNT = /^(?:arn:[\w-]+:(?:iam|sts)::)?(\d{12})(?::|$)/

function checkGrants(bucket: Bucket, stack: StackView) {
  const given = policyOf(bucket, stack).filter(
    statement => statement.allows && OWNERS_ACTIONS.some(action => isAbout(statement, action)),
  )
  const accounts = given.flatMap(({ principals }) =>
    principals.map(principal => (principal === '*' ? '*' : ACCOUNT.exec(principal)?.[1])),
  )
  const own = accountOf(stack)
  for (const account of accounts) {
    if (account === undefined) continue
    if (account !== '*' && own === undefined)
      throw new NotEvaluated('policy', `trusts account ${account}, and this one is not known`)
    if (account !== own)
      return fail(
        'policy',
        `lets account ${account} change policy, lists or encryption`,
        'only the actions that the other account needs, such as s3:GetObject',
      )
  }
  return undefined
}

export const s3: readonly Rule[] = [
  stackRule(STACK, {
    control: 'S3.1',
    title: 'The account blocks public buckets',
    severity: 'medium',
    why: 'one bucket without a block of its own is enough',
    applies: (_, stack) => stack.all('s3.Bucket').length > 0,
    check: (_, stack) => {
      const blocks = stack.all('s3.AccountPublicAccessBlock')
      const blocked = blocks.some(
        ({ inputs }) =>
          inputs.blockPublicAcls === true &&
          inputs.blockPublicPolicy === true &&
          inputs.ignorePublicAcls === true &&
          inputs.restrictPublicBuckets === true,
      )
      return blocked
        ? undefined
        : fail(
            's3.AccountPublicAccessBlock',
            blocks.length > 0 ? 'leaves something open' : 'is not in the stack',
            'new aws.s3.AccountPublicAccessBlock(…, { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true })',
          )
    },
  }),
  ...(['READ', 'WRITE'] as const).map(kind =>
    stackRule('s3.Bucket', {
      control: kind === 'READ' ? 'S3.2' : 'S3.3',
      title: `Nobody but the account may ${kind.toLowerCase()} buckets`,
      severity: 'critical',
      why:
        kind === 'READ'
          ? 'everybody in the world can read what is in it'
          : 'everybody in the world can put files into it',
      check: (bucket, stack) => {
        const way = publicWay(bucket, kind, stack)
        return (
          way &&
          fail(way.property, way.problem, 'principals by name; CloudFront by origin access control')
        )
      },
    }),
  ),
  stackRule('s3.Bucket', {
    control: 'S3.5',
    title: 'Buckets refuse requests without TLS',
    severity: 'medium',
    why: 'who listens in the network can read and change files',
    check: checkTls,
  }),
  stackRule('s3.Bucket', {
    control: 'S3.6',
    title: 'Other accounts can not change how a bucket is protected',
    severity: 'high',
    why: 'an intruder in the other account can open the bucket to the world',
    check: checkGrants,
  }),
  stackRule('s3.Bucket', {
    control: 'S3.8',
    title: 'Buckets block public access',
    severity: 'high',
    why: 'one list or policy by mistake makes every file public',
    check: (bucket, stack) => {
      const open = openBlocks(bucket, stack)
      return open.length === 0
        ? undefined
        : fail(
            's3.BucketPublicAccessBlock',
            `of this bucket leaves open: ${open.join(', ')}`,
            `new aws.s3.BucketPublicAccessBlock(…, { bucket: bucket.id, ${open.map(name => `${name}: true`).join(', ')} })`,
          )
    },
  }),
  stackRule('s3.Bucket', {
    control: 'S3.9',
    title: 'Buckets log who asks for what',
    severity: 'medium',
    why: 'nobody can tell afterwards who read or changed a file',
    check: (bucket, stack) =>
      bucket.inputs.logging !== undefined ||
      stack.referrers(bucket, 's3.BucketLogging', 'bucket').length > 0
        ? undefined
        : fail(
            's3.BucketLogging',
            'of this bucket is not in the stack',
            'new aws.s3.BucketLogging(…, { bucket: bucket.id, targetBucket, targetPrefix })',
          ),
  }),
  stackRule('s3.Bucket', {
    control: 'S3.12',
    title: 'Access to buckets is given by policies, not by lists',
    severity: 'medium',
    why: 'lists are easily overlooked and hold for each object by itself',
    check: (bucket, stack) => {
      const grants = grantsOf(bucket, stack)
      if (grants.length > 0)
        return fail(
          'acl',
          `grants ${grants.map(({ permission }) => permission).join(', ')}`,
          'no acl; a BucketPolicy',
        )
      const ownership = stack
        .referrers(bucket, 's3.BucketOwnershipControls', 'bucket')
        .map(({ inputs }) => inputs.rule?.objectOwnership)
        // Since April 2023 that is what a new bucket has.
        .find(owner => owner !== 'BucketOwnerEnforced')
      return ownership === undefined
        ? undefined
        : fail(
            'objectOwnership',
            `${shown(ownership)}: lists are in force`,
            "objectOwnership: 'BucketOwnerEnforced'",
          )
    },
  }),
  stackRule('s3.Bucket', {
    control: 'S3.13',
    title: 'Buckets have rules for when files end',
    severity: 'low',
    why: 'files stay, cost and can leak for ever',
    check: (bucket, stack) =>
      hasLifecycle(bucket, stack)
        ? undefined
        : fail(
            's3.BucketLifecycleConfiguration',
            'of this bucket has no rule in force',
            "new aws.s3.BucketLifecycleConfiguration(…, { bucket: bucket.id, rules: [{ id, status: 'Enabled', … }] })",
          ),
  }),
]

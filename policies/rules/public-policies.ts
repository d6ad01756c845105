import { isPublic, statementsOf } from '../reading/statements.ts'
import { fail, type Finding, rule, type Rule } from '../rule.ts'

/** What a resource's policy gives to everybody. */
function publicFinding(document: unknown): Finding | undefined {
  const found = statementsOf(document, 'policy').find(isPublic)
  return found
    ? fail(
        'policy',
        `lets everybody do ${[...found.actions, ...found.notActions].join(', ')}`,
        'principals by name, or a condition on aws:SourceArn, aws:SourceAccount or aws:PrincipalOrgID',
      )
    : undefined
}

const KEY = {
  control: 'KMS.5',
  title: 'Keys are for named principals',
  severity: 'critical',
  why: 'everybody in the world can read what the key protects',
} as const

const TOPIC = {
  control: 'SNS.4',
  title: 'Topics are for named principals',
  severity: 'critical',
  why: 'everybody in the world can listen or send false messages',
} as const

const QUEUE = {
  control: 'SQS.3',
  title: 'Queues are for named principals',
  severity: 'critical',
  why: 'everybody in the world can read, send or delete messages',
} as const

/** Policies of keys, topics and queues, inside the resource and beside it. */
export const publicPolicies: readonly Rule[] = [
  rule(['kms.Key', 'kms.KeyPolicy', 'kms.ReplicaKey', 'kms.ExternalKey'], {
    ...KEY,
    check: ({ inputs }) => publicFinding(inputs.policy),
  }),
  rule(['sns.Topic', 'sns.TopicPolicy'], {
    ...TOPIC,
    check: ({ inputs }) => publicFinding(inputs.policy),
  }),
  rule(['sqs.Queue', 'sqs.QueuePolicy'], {
    ...QUEUE,
    check: ({ inputs }) => publicFinding(inputs.policy),
  }),
]

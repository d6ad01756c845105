import { isGiven } from '../not-evaluated.ts'
import { fail, rule, type Rule } from '../rule.ts'

export const sqs: readonly Rule[] = [
  rule('sqs.Queue', {
    control: 'SQS.1',
    title: 'Queues are encrypted at rest',
    severity: 'medium',
    why: 'who gets at the storage can read all messages',
    // Without either AWS encrypts new queues with a key of SQS; said aloud, it stays so.
    check: ({ inputs }) =>
      isGiven(inputs, 'kmsMasterKeyId') || inputs.sqsManagedSseEnabled === true
        ? undefined
        : fail(
            'kmsMasterKeyId',
            'is not set',
            'kmsMasterKeyId: key.arn, or sqsManagedSseEnabled: true',
          ),
  }),
]

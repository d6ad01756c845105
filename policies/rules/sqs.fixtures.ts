import * as aws from '@pulumi/aws'
import type { Fixtures } from '../testing/fixtures.ts'

const queue = (args: aws.sqs.QueueArgs) => () => new aws.sqs.Queue('queue', args)

export const sqsFixtures: Fixtures = {
  'SQS.1': {
    passes: {
      'a key': queue({ kmsMasterKeyId: 'alias/queue' }),
      'the key of SQS': queue({ sqsManagedSseEnabled: true }),
    },
    fails: {
      'kmsMasterKeyId is not set': [
        queue({}),
        queue({ kmsMasterKeyId: '' }),
        queue({ sqsManagedSseEnabled: false }),
      ],
    },
  },
}

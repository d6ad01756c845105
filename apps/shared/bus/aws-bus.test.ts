import { awsFixture } from './testing-aws.ts'
import { busContract } from './testing-bus-contract.ts'

const emulator = process.env['AWS_ENDPOINT_URL']

busContract(
  emulator === undefined
    ? '[needs AWS_ENDPOINT_URL] events through SNS and SQS'
    : 'events through SNS and SQS',
  () => awsFixture(emulator ?? ''),
  emulator !== undefined,
)

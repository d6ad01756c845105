import * as aws from '@pulumi/aws'
import type { InvokeOptions, Output } from '@pulumi/pulumi'

/** Where the stack is deployed; what ARNs are made of. */
export interface Account {
  id: Output<string>
  /** `aws`, or another in China and for governments. */
  partition: Output<string>
  region: string
}

/** @param opts says by which provider to ask: `{ parent }` or `{ provider }` */
export const accountOf = (region: string, opts: InvokeOptions): Account => ({
  id: aws.getCallerIdentityOutput({}, opts).accountId,
  partition: aws.getPartitionOutput({}, opts).partition,
  region,
})

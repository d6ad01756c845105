import * as aws from '@pulumi/aws'
import type { CustomResourceOptions, Input } from '@pulumi/pulumi'
import { NAME_LIMITS, physicalName } from '../names.ts'

export interface DatabaseEventsArgs {
  prefix: string
  /** Lets `events.rds.amazonaws.com` publish. */
  topicArn: Input<string>
}

/** By the kind of thing that it happens to: what somebody must hear of. */
const WATCHED = {
  'db-instance': ['configuration change', 'failover', 'failure', 'low storage', 'maintenance'],
  'db-parameter-group': ['configuration change'],
  'db-security-group': ['configuration change', 'failure'],
} as const

/**
 * What RDS does by itself or somebody does by hand, in words: failovers, full disks, changed settings. Of all databases of the
 * account's region, as RDS has no narrower source that outlives an instance. Free.
 */
export const databaseEvents = (
  name: string,
  { prefix, topicArn }: DatabaseEventsArgs,
  opts: CustomResourceOptions,
): aws.rds.EventSubscription[] =>
  Object.entries(WATCHED).map(
    ([sourceType, eventCategories]) =>
      new aws.rds.EventSubscription(
        `${name}-${sourceType}-events`,
        {
          name: physicalName([prefix, sourceType], NAME_LIMITS.eventSubscription),
          sourceType,
          eventCategories: [...eventCategories],
          snsTopic: topicArn,
        },
        opts,
      ),
  )

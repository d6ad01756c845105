import * as aws from '@pulumi/aws'
import type { ResourceTransformation } from '@pulumi/pulumi'

export interface Ownership {
  project: string
  stack: string
  /** Team or person who answers for the stack. */
  owner: string
  costCenter: string
}

/** What is not of one service. */
const SHARED = 'platform'

/** The one provider of a stack: region and the tags that every resource gets. */
export const taggingProvider = (region: string, ownership: Ownership): aws.Provider =>
  new aws.Provider('aws', {
    region: region as aws.Region,
    defaultTags: {
      tags: {
        Project: ownership.project,
        Stack: ownership.stack,
        Service: SHARED,
        Owner: ownership.owner,
        CostCenter: ownership.costCenter,
        ManagedBy: 'pulumi',
      },
    },
  })

/**
 * For a component of one service: its resources say so in place of "platform". The SDK names each input that a type has,
 * given or not: that is how a type that takes tags is known.
 */
export const taggedFor =
  (service: string): ResourceTransformation =>
  ({ props, opts }) =>
    'tags' in props
      ? { props: { ...props, tags: { Service: service, ...props['tags'] } }, opts }
      : undefined

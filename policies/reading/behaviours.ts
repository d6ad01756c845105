import type { ResourceOf } from '../resource.ts'

/** How viewers may come, by path of the property. */
export const behavioursOf = ({ inputs }: ResourceOf<'cloudfront.Distribution'>) => [
  { path: 'defaultCacheBehavior', policy: inputs.defaultCacheBehavior?.viewerProtocolPolicy },
  ...(inputs.orderedCacheBehaviors ?? []).map((behaviour, i) => ({
    path: `orderedCacheBehaviors[${i}]`,
    policy: behaviour.viewerProtocolPolicy,
  })),
]

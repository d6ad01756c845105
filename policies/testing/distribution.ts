import * as aws from '@pulumi/aws'

type Args = aws.cloudfront.DistributionArgs
export type Behaviour = aws.types.input.cloudfront.DistributionDefaultCacheBehavior

export const behaviour = (given: Partial<Behaviour> = {}): Behaviour => ({
  targetOriginId: 'origin',
  viewerProtocolPolicy: 'redirect-to-https',
  allowedMethods: ['GET', 'HEAD'],
  cachedMethods: ['GET', 'HEAD'],
  ...given,
})

/** As little as the type wants. */
export const distribution = (args: Partial<Args>): aws.cloudfront.Distribution =>
  new aws.cloudfront.Distribution('cdn', {
    enabled: true,
    origins: [{ originId: 'origin', domainName: 'origin.example.com' }],
    defaultCacheBehavior: behaviour(),
    restrictions: { geoRestriction: { restrictionType: 'none' } },
    viewerCertificate: { cloudfrontDefaultCertificate: true },
    ...args,
  })

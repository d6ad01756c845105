import type { Waiver } from '../waiver.ts'
import { because, BEFORE_LAUNCH, HERE, YEARLY } from './because.ts'

/** What only the name of a shop can bring: without it there is no certificate. */
export const withoutDomain: readonly Waiver[] = [
  ...because(
    {
      resource: 'edge-load-balancer-listener',
      stack: HERE,
      reason:
        'The committed stacks have no domain, so nothing can have a certificate. The load balancer has no public address and admits CloudFront alone, whose VPC origin reaches it inside AWS. With domain and hostedZone set the listener speaks TLS 1.2 and later, and this waiver fails as unused.',
      expires: BEFORE_LAUNCH,
      ticket: '#6',
    },
    'ELB.1',
    'ELB.18',
  ),
  ...because(
    {
      resource: 'edge-distribution',
      stack: HERE,
      reason:
        'The committed stacks have no domain: CloudFront serves its own name by its own certificate, whose oldest TLS nobody can set. Browsers of today use TLS 1.3 with it. With domain and hostedZone set there is a certificate, TLS 1.2 and later, and HTTPS to the load balancer; this waiver then fails as unused.',
      expires: BEFORE_LAUNCH,
      ticket: '#6',
    },
    'CloudFront.7',
    'CloudFront.9',
    'CloudFront.15',
  ),
]

export const buckets: readonly Waiver[] = [
  ...because(
    {
      resource: 'edge-logs',
      stack: HERE,
      reason:
        'The bucket that receives the access logs: its own log in itself would never end. Only AWS services may write to it, and no role of the stack may read it.',
      expires: YEARLY,
      ticket: '#6',
    },
    'S3.9',
  ),
  ...because(
    {
      resource: 'edge-logs',
      stack: HERE,
      reason:
        "CloudFront's access logs are delivered by an access control list, which it sets for its own delivery account; public lists stay blocked (S3.8). Goes when the distribution logs by CloudWatch deliveries.",
      expires: BEFORE_LAUNCH,
      ticket: '#6',
    },
    'S3.12',
  ),
  ...because(
    {
      resource: 'edge-logs',
      stack: HERE,
      reason:
        'Log files have names of their own, are written once by AWS services, which may not delete, and end after a fixed time: there are no older versions to keep.',
      expires: YEARLY,
      ticket: '#6',
    },
    'S3.14',
  ),
  ...because(
    {
      resource: 'edge-*',
      stack: HERE,
      reason:
        'The site is published from this repository and can be put back within minutes, from the old versions or anew; access logs are no evidence that has to outlive a region. A copy, a lock and events would protect what is not worth it.',
      expires: YEARLY,
      ticket: '#6',
    },
    'S3.7',
    'S3.11',
    'S3.15',
  ),
  ...because(
    {
      resource: 'edge-*',
      stack: HERE,
      reason:
        'The site is public by purpose, and the writers of access logs (CloudFront, load balancers, S3) can not use a key of ours. Both buckets are encrypted by S3 itself (AES-256).',
      expires: YEARLY,
      ticket: '#6',
    },
    'S3.17',
  ),
]

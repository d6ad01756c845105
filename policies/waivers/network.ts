import type { Waiver } from '../waiver.ts'
import { because, HERE, YEARLY } from './because.ts'

/** What belongs to an account or a region, which stacks share. */
export const ofTheAccount: readonly Waiver[] = [
  ...because(
    {
      resource: '*',
      stack: HERE,
      reason:
        'Set once for the account by its baseline, not by a stack: several stacks may live in one account, and the first to be destroyed would take the block from the others. Every bucket of the stack has the same block itself (S3.8).',
      expires: YEARLY,
      ticket: '#6',
    },
    'S3.1',
  ),
  ...because(
    {
      resource: 'network-vpc',
      stack: HERE,
      reason:
        'Holds for every VPC of the region at once, other stacks and teams among them, so the account decides on it. In this VPC nothing but the NAT gateways has a public address, subnets give none (EC2.15) and no group lets the internet in (EC2.18).',
      expires: YEARLY,
      ticket: '#6',
    },
    'EC2.172',
  ),
]

export const network: readonly Waiver[] = [
  ...because(
    {
      resource: 'network-vpc',
      stack: HERE,
      reason:
        'Nothing in the VPC calls these APIs: there are no instances, no agent of Systems Manager, and no role may use EC2 or SSM. An endpoint would open a way that nobody needs, for 7 USD a month and zone.',
      expires: YEARLY,
      ticket: '#6',
    },
    'EC2.10',
    'EC2.57',
  ),
  ...because(
    {
      resource: 'network-vpc',
      stack: 'dev',
      reason:
        'Images are pulled through the NAT gateway, by TLS and with IAM, layers by the gateway endpoint of S3. Two endpoints in two zones cost 28 USD a month, a fifth of the stack, and dev holds no data of customers. prod has them.',
      expires: YEARLY,
      ticket: '#6',
    },
    'EC2.55',
    'EC2.56',
  ),
  ...because(
    {
      resource: 'edge-load-balancer',
      stack: HERE,
      reason:
        "The firewall stands one step before: the load balancer has no public address and admits CloudFront's VPC origin alone, and every request there has passed the distribution's firewall (CloudFront.6).",
      expires: YEARLY,
      ticket: '#6',
    },
    'ELB.16',
  ),
  ...because(
    {
      resource: '*-target',
      stack: HERE,
      reason:
        'TLS ends at the load balancer. From there it is one hop in private subnets of this VPC; the group of each service admits the load balancer and its declared callers alone. Certificates in each task would need a private CA, and their renewal in each task.',
      expires: YEARLY,
      ticket: '#6',
    },
    'ELB.21',
    'ELB.22',
  ),
  ...because(
    {
      resource: 'edge-distribution',
      stack: HERE,
      reason:
        'Both origins are in one region and the load balancer spans its zones: a second origin would fail with the first. A second region is a decision of its own, with a database to replicate.',
      expires: YEARLY,
      ticket: '#6',
    },
    'CloudFront.4',
  ),
]

import type { Waiver } from './waiver.ts'

const OWNER = 'platform'
/** Looked at again once a year. */
const YEARLY = '2027-11-30'
/** Looked at again before anybody outside sells on it. */
const BEFORE_LAUNCH = '2027-05-31'

/** Waivers of one reason and ticket, for several controls. */
const because = (
  given: Pick<Waiver, 'resource' | 'stack' | 'reason' | 'expires' | 'ticket'>,
  ...controls: string[]
): Waiver[] => controls.map(control => ({ ...given, control, owner: OWNER }))

const HERE = ['dev', 'prod']

/** What only the name of a shop can bring: without it there is no certificate. */
const withoutDomain: readonly Waiver[] = [
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

/** What belongs to an account or a region, which stacks share. */
const ofTheAccount: readonly Waiver[] = [
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

const network: readonly Waiver[] = [
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
        'Images are pulled through the NAT gateway, by TLS and with IAM, layers by the gateway endpoint of S3. Two endpoints in two zones cost 28 USD a month, a sixth of the stack, and dev holds no data of customers. prod has them.',
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

const buckets: readonly Waiver[] = [
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

const data: readonly Waiver[] = [
  ...because(
    {
      resource: '*',
      stack: HERE,
      reason:
        'Both have point-in-time recovery: RDS for 7 days in dev and 30 in prod, DynamoDB for 35. A plan of AWS Backup with a vault in another account belongs to the account that is to outlive this one; it is not there yet.',
      expires: BEFORE_LAUNCH,
      ticket: '#6',
    },
    'RDS.26',
    'DynamoDB.4',
  ),
  ...because(
    {
      resource: '*-secret',
      stack: HERE,
      reason:
        "Made by the program at random, or the keys of the payment gateway; never seen in a task definition, read by one role each. They protect calls between services and are changed with a deployment, as caller and callee must change together; logins to the database use IAM tokens, and RDS rotates the master's password itself.",
      expires: YEARLY,
      ticket: '#6',
    },
    'SecretsManager.1',
  ),
  ...because(
    {
      resource: '*',
      stack: 'dev',
      reason:
        'dev is meant to be destroyed and made anew by one command, and holds made-up data only. prod sets protect, which switches all of this on.',
      expires: YEARLY,
      ticket: '#6',
    },
    'RDS.8',
    'ELB.6',
    'DynamoDB.6',
  ),
  ...because(
    {
      resource: '*',
      stack: 'dev',
      reason:
        'dev may be down while a zone is: a standby and a replica double what database and cache cost, for nobody who would notice. prod has both.',
      expires: YEARLY,
      ticket: '#6',
    },
    'RDS.5',
    'ElastiCache.3',
  ),
]

const watching: readonly Waiver[] = [
  ...because(
    {
      resource: 'observability-*-burn-*',
      stack: HERE,
      reason:
        'Windows of a composite alarm, which tells somebody when the long and the short one agree: told by each of them, people would be woken for nothing.',
      expires: YEARLY,
      ticket: '#6',
    },
    'CloudWatch.15',
  ),
  ...because(
    {
      resource: '*',
      stack: 'dev',
      reason:
        'dev has no customers and no data of theirs: its logs serve who is working on it, for a week. prod keeps them for a year.',
      expires: YEARLY,
      ticket: '#6',
    },
    'CloudWatch.16',
  ),
]

/** Findings that are meant to be. An expired or unused one fails the check. */
export const WAIVERS: readonly Waiver[] = [
  ...withoutDomain,
  ...ofTheAccount,
  ...network,
  ...buckets,
  ...data,
  ...watching,
]

import type { Waiver } from '../waiver.ts'
import { because, BEFORE_LAUNCH, HERE, YEARLY } from './because.ts'

export const data: readonly Waiver[] = [
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

export const watching: readonly Waiver[] = [
  ...because(
    {
      resource: 'cluster-cluster',
      stack: 'dev',
      reason:
        'Figures of tasks and containers cost 15 USD a month, for nobody on call: who works on it reads the logs and the free figures of ECS. prod has Container Insights.',
      expires: YEARLY,
      ticket: '#6',
    },
    'ECS.12',
  ),
  ...because(
    {
      resource: 'observability-*-burn-*',
      stack: 'prod',
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

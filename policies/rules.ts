import type { Rule } from './rule.ts'
import { acm } from './rules/acm.ts'
import { apiGateway } from './rules/api-gateway.ts'
import { backup } from './rules/backup.ts'
import { cloudfrontOrigins } from './rules/cloudfront-origins.ts'
import { cloudfront } from './rules/cloudfront.ts'
import { dynamodb } from './rules/dynamodb.ts'
import { ec2Network } from './rules/ec2-network.ts'
import { ec2Openings } from './rules/ec2-openings.ts'
import { ecr } from './rules/ecr.ts'
import { ecs } from './rules/ecs.ts'
import { elasticache } from './rules/elasticache.ts'
import { elb } from './rules/elb.ts'
import { iam } from './rules/iam.ts'
import { ownContainers } from './rules/own-containers.ts'
import { encryptionAtRest } from './rules/own-encryption-at-rest.ts'
import { encryptionInTransit } from './rules/own-encryption-in-transit.ts'
import { ownIdentity } from './rules/own-identity.ts'
import { ownStack } from './rules/own-stack.ts'
import { publicPolicies } from './rules/public-policies.ts'
import { rdsAccess } from './rules/rds-access.ts'
import { rdsCluster } from './rules/rds-cluster.ts'
import { rdsEvents } from './rules/rds-events.ts'
import { rdsSnapshots } from './rules/rds-snapshots.ts'
import { rds } from './rules/rds.ts'
import { s3Extra } from './rules/s3-extra.ts'
import { s3 } from './rules/s3.ts'
import { secretsManager } from './rules/secrets-manager.ts'
import { sqs } from './rules/sqs.ts'
import { tags } from './rules/tags.ts'
import { transit } from './rules/transit.ts'
import { waf } from './rules/waf.ts'
import { watching } from './rules/watching.ts'

/** Every rule of the pack. */
export const RULES: readonly Rule[] = [
  ...acm,
  ...apiGateway,
  ...backup,
  ...cloudfrontOrigins,
  ...cloudfront,
  ...dynamodb,
  ...ec2Network,
  ...ec2Openings,
  ...ecr,
  ...ecs,
  ...elasticache,
  ...elb,
  ...iam,
  ...ownContainers,
  ...encryptionAtRest,
  ...encryptionInTransit,
  ...ownIdentity,
  ...ownStack,
  ...publicPolicies,
  ...rdsAccess,
  ...rdsCluster,
  ...rdsEvents,
  ...rdsSnapshots,
  ...rds,
  ...s3Extra,
  ...s3,
  ...secretsManager,
  ...sqs,
  ...tags,
  ...transit,
  ...waf,
  ...watching,
]

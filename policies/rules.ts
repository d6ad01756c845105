import type { Rule } from './rule.ts'
import { acm } from './rules/acm.ts'
import { apiGateway } from './rules/api-gateway.ts'
import { cloudfront } from './rules/cloudfront.ts'
import { cloudfrontOrigins } from './rules/cloudfront-origins.ts'
import { dynamodb } from './rules/dynamodb.ts'
import { ec2Network } from './rules/ec2-network.ts'
import { ec2Openings } from './rules/ec2-openings.ts'
import { ecr } from './rules/ecr.ts'
import { ecs } from './rules/ecs.ts'
import { elasticache } from './rules/elasticache.ts'
import { elb } from './rules/elb.ts'
import { iam } from './rules/iam.ts'
import { publicPolicies } from './rules/public-policies.ts'
import { rds } from './rules/rds.ts'
import { rdsAccess } from './rules/rds-access.ts'
import { rdsEvents } from './rules/rds-events.ts'
import { s3 } from './rules/s3.ts'
import { secretsManager } from './rules/secrets-manager.ts'
import { sqs } from './rules/sqs.ts'
import { waf } from './rules/waf.ts'

/** Every rule of the pack. */
export const RULES: readonly Rule[] = [
  ...acm,
  ...apiGateway,
  ...cloudfront,
  ...cloudfrontOrigins,
  ...dynamodb,
  ...ec2Network,
  ...ec2Openings,
  ...ecr,
  ...ecs,
  ...elasticache,
  ...elb,
  ...iam,
  ...publicPolicies,
  ...rds,
  ...rdsAccess,
  ...rdsEvents,
  ...s3,
  ...secretsManager,
  ...sqs,
  ...waf,
]

import { acmFixtures } from '../rules/acm.fixtures.ts'
import { apiGatewayFixtures } from '../rules/api-gateway.fixtures.ts'
import { backupFixtures } from '../rules/backup.fixtures.ts'
import { cloudfrontOriginsFixtures } from '../rules/cloudfront-origins.fixtures.ts'
import { cloudfrontFixtures } from '../rules/cloudfront.fixtures.ts'
import { dynamodbFixtures } from '../rules/dynamodb.fixtures.ts'
import { ec2NetworkFixtures } from '../rules/ec2-network.fixtures.ts'
import { ec2OpeningsFixtures } from '../rules/ec2-openings.fixtures.ts'
import { ecrFixtures } from '../rules/ecr.fixtures.ts'
import { ecsFixtures } from '../rules/ecs.fixtures.ts'
import { elasticacheFixtures } from '../rules/elasticache.fixtures.ts'
import { elbFixtures } from '../rules/elb.fixtures.ts'
import { iamFixtures } from '../rules/iam.fixtures.ts'
import { ownContainersFixtures } from '../rules/own-containers.fixtures.ts'
import { ownEncryptionFixtures } from '../rules/own-encryption.fixtures.ts'
import { ownIdentityFixtures } from '../rules/own-identity.fixtures.ts'
import { ownStackFixtures } from '../rules/own-stack.fixtures.ts'
import { publicPoliciesFixtures } from '../rules/public-policies.fixtures.ts'
import { rdsAccessFixtures } from '../rules/rds-access.fixtures.ts'
import { rdsClusterFixtures } from '../rules/rds-cluster.fixtures.ts'
import { rdsEventsFixtures } from '../rules/rds-events.fixtures.ts'
import { rdsSnapshotsFixtures } from '../rules/rds-snapshots.fixtures.ts'
import { rdsFixtures } from '../rules/rds.fixtures.ts'
import { s3ExtraFixtures } from '../rules/s3-extra.fixtures.ts'
import { s3Fixtures } from '../rules/s3.fixtures.ts'
import { secretsManagerFixtures } from '../rules/secrets-manager.fixtures.ts'
import { sqsFixtures } from '../rules/sqs.fixtures.ts'
import { tagsFixtures } from '../rules/tags.fixtures.ts'
import { transitFixtures } from '../rules/transit.fixtures.ts'
import { wafFixtures } from '../rules/waf.fixtures.ts'
import { watchingFixtures } from '../rules/watching.fixtures.ts'
import type { Fixtures } from './fixtures.ts'

/** By control. */
export const FIXTURES: Fixtures = {
  ...acmFixtures,
  ...apiGatewayFixtures,
  ...backupFixtures,
  ...cloudfrontOriginsFixtures,
  ...cloudfrontFixtures,
  ...dynamodbFixtures,
  ...ec2NetworkFixtures,
  ...ec2OpeningsFixtures,
  ...ecrFixtures,
  ...ecsFixtures,
  ...elasticacheFixtures,
  ...elbFixtures,
  ...iamFixtures,
  ...ownContainersFixtures,
  ...ownEncryptionFixtures,
  ...ownIdentityFixtures,
  ...ownStackFixtures,
  ...publicPoliciesFixtures,
  ...rdsAccessFixtures,
  ...rdsClusterFixtures,
  ...rdsEventsFixtures,
  ...rdsSnapshotsFixtures,
  ...rdsFixtures,
  ...s3ExtraFixtures,
  ...s3Fixtures,
  ...secretsManagerFixtures,
  ...sqsFixtures,
  ...tagsFixtures,
  ...transitFixtures,
  ...wafFixtures,
  ...watchingFixtures,
}

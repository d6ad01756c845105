import { awsStandIn } from '../../platform/rollout/testing/aws-stand-in.ts'
import { EcsWorlds } from '../../platform/rollout/testing/ecs-worlds.ts'
import * as services from '../../platform/services.ts'

// An ECS that has every service of the platform and completes every rollout, for a `pulumi up` on stand-ins:
//   AWS_ENDPOINT_URL=http://127.0.0.1:PORT pulumi.sh up
const worlds = new EcsWorlds(
  Object.keys(services),
  service => `arn:aws:ecs:us-east-1:1:task-definition/${service}-before:1`,
)
const { endpoint } = await awsStandIn(worlds)
console.log(`AWS_ENDPOINT_URL=${endpoint}`)

import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { z } from 'zod'
import { defineService } from '../../apps/shared/manifest.ts'
import { openAws } from '../../platform/rollout/aws-clients.ts'
import { deploy } from '../../platform/rollout/ecs-deployments.ts'
import type { ServiceArgs } from '../../platform/service/service-args.ts'
import { rollOutService } from '../../platform/service/service-rollout.ts'

const REGION = 'eu-west-1'

/** Versions by service, as JSON. */
const Versions = z.record(z.string(), z.string())

/** Services as the platform rolls them out, in surroundings that nobody made. */
export default () => {
  pulumi.runtime.registerStackTransformation(hurried)
  pulumi.runtime.registerStackTransformation(toldToEcs)
  const versions = Versions.parse(JSON.parse(process.env['DEPLOY_VERSIONS'] ?? '{}'))
  const securityGroup = new aws.ec2.SecurityGroup('group', { vpcId: 'vpc-1' })
  for (const [service, version] of Object.entries(versions))
    rollOutService(
      service,
      argsOf(service),
      {
        tasks: {
          service: taskDefinition(service, version),
          migration: taskDefinition(`${service}-migration`, version),
        },
        log: new aws.cloudwatch.LogGroup(`${service}-log`, { name: `/shop/${service}` }),
        securityGroup,
        routing: undefined,
        alarmNames: [`${service}-5xx`, `${service}-p99`],
        before: [],
      },
      {},
    )
}

/** What `rollOutService` reads of a service's arguments. */
const argsOf = (service: string) =>
  ({
    manifest: defineService({ name: service, description: service, routes: [] }),
    account: { region: REGION },
    cluster: { name: service, arn: service, namespaceArn: 'shop' },
    network: { privateSubnetIds: ['subnet-a'] },
    events: { queues: new Map() },
    callees: new Map(),
    config: { min: 2 },
    spotPercent: 0,
    exec: false,
    rollouts: 'wait',
  }) as unknown as ServiceArgs

/** The stand-in of the AWS provider gives every revision the same ARN: the version is in the family. */
const taskDefinition = (name: string, version: string) =>
  new aws.ecs.TaskDefinition(`${name}-task`, {
    family: `${name}-${version}`,
    containerDefinitions: JSON.stringify([{ name, image: `${name}:${version}` }]),
  })

/** Looks more often than anybody would on AWS, and gives up sooner on what never ends. */
const hurried: pulumi.ResourceTransformation = ({ type, name, props, opts }) =>
  type.startsWith('pulumi-nodejs:dynamic/rollout:')
    ? {
        props: { ...props, pollSeconds: 0.05, limitSeconds: name.startsWith('stuck') ? 1 : 60 },
        opts,
      }
    : undefined

/** What the AWS provider does when a service changes, and its stand-in does not: ECS begins a deployment. */
const toldToEcs: pulumi.ResourceTransformation = ({ type, name, props, opts }) => {
  if (type !== 'aws:ecs/service:Service') return undefined
  const told = new pulumi.ResourceHook(`${name}-told`, async ({ newInputs }) => {
    const { cluster, name: service, taskDefinition } = newInputs as Record<string, string>
    if (cluster === undefined || service === undefined || taskDefinition === undefined)
      throw new Error('a service without a cluster, a name or a task definition')
    using clients = openAws(REGION)
    await deploy(clients.ecs, { cluster, service }, taskDefinition)
  })
  return { props, opts: { ...opts, hooks: { afterCreate: [told], afterUpdate: [told] } } }
}

// An app as many are: written to be found at fault. `pulumi up` of it and `pulumi stack export` made guestbook.state.json,
// under the real engine with stand-in providers, of which only what rules read is kept.
import * as aws from '@pulumi/aws'
import * as awsx from '@pulumi/awsx'
import * as pulumi from '@pulumi/pulumi'

const vpc = new awsx.ec2.Vpc('app', { natGateways: { strategy: 'None' } })
const group = new aws.ec2.SecurityGroup('app', {
  vpcId: vpc.vpcId,
  ingress: [
    { protocol: 'tcp', fromPort: 22, toPort: 22, cidrBlocks: ['0.0.0.0/0'] },
    { protocol: 'tcp', fromPort: 80, toPort: 80, cidrBlocks: ['0.0.0.0/0'] },
  ],
  egress: [{ protocol: '-1', fromPort: 0, toPort: 0, cidrBlocks: ['0.0.0.0/0'] }],
})
new aws.vpc.SecurityGroupIngressRule('database', {
  securityGroupId: group.id,
  ipProtocol: 'tcp',
  fromPort: 5432,
  toPort: 5432,
  cidrIpv4: '0.0.0.0/0',
})
const balancer = new aws.lb.LoadBalancer('web', {
  securityGroups: [group.id],
  subnets: vpc.publicSubnetIds,
})
const target = new aws.lb.TargetGroup('web', {
  port: 80,
  protocol: 'HTTP',
  targetType: 'ip',
  vpcId: vpc.vpcId,
})
new aws.lb.Listener('web', {
  loadBalancerArn: balancer.arn,
  port: 80,
  defaultActions: [{ type: 'forward', targetGroupArn: target.arn }],
})
const subnets = new aws.rds.SubnetGroup('app', { subnetIds: vpc.publicSubnetIds })
const database = new aws.rds.Instance('app', {
  engine: 'postgres',
  instanceClass: 'db.t4g.micro',
  allocatedStorage: 20,
  username: 'postgres',
  password: 'changeme',
  publiclyAccessible: true,
  dbSubnetGroupName: subnets.name,
  skipFinalSnapshot: true,
  vpcSecurityGroupIds: [group.id],
})
const role = new aws.iam.Role('app', {
  assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: 'ecs-tasks.amazonaws.com' }),
})
new aws.iam.RolePolicy('app', {
  role: role.name,
  policy: JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  }),
})
const cluster = new aws.ecs.Cluster('app')
const task = new aws.ecs.TaskDefinition('app', {
  family: 'app',
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  cpu: '256',
  memory: '512',
  executionRoleArn: role.arn,
  containerDefinitions: pulumi.jsonStringify([
    {
      name: 'app',
      image: 'nginx:latest',
      portMappings: [{ containerPort: 80 }],
      environment: [
        {
          name: 'DATABASE_URL',
          value: pulumi.interpolate`postgres://postgres:changeme@${database.address}/app`,
        },
      ],
    },
  ]),
})
new aws.ecs.Service('app', {
  cluster: cluster.arn,
  taskDefinition: task.arn,
  desiredCount: 1,
  launchType: 'FARGATE',
  networkConfiguration: {
    subnets: vpc.publicSubnetIds,
    securityGroups: [group.id],
    assignPublicIp: true,
  },
  loadBalancers: [{ targetGroupArn: target.arn, containerName: 'app', containerPort: 80 }],
})
const bucket = new aws.s3.BucketV2('uploads')
new aws.s3.BucketAclV2('uploads', { bucket: bucket.id, acl: 'public-read' })

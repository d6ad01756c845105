import * as aws from '@pulumi/aws'
import type { Fixtures } from '../testing/fixtures.ts'
import { vpcOf } from '../testing/network.ts'

const withVpc = (rest: (vpc: aws.ec2.Vpc) => unknown) => () => {
  rest(vpcOf())
}
const endpoint = (args: Partial<aws.ec2.VpcEndpointArgs>) =>
  withVpc(
    vpc =>
      new aws.ec2.VpcEndpoint('endpoint', {
        vpcId: vpc.id,
        vpcEndpointType: 'Interface',
        ...args,
      }),
  )
const flowLog = (args: Partial<aws.ec2.FlowLogArgs>) =>
  withVpc(
    vpc =>
      new aws.ec2.FlowLog('flow', { vpcId: vpc.id, logDestination: 'arn:aws:s3:::flow', ...args }),
  )
const group = (args: Partial<aws.ec2.DefaultSecurityGroupArgs>) =>
  withVpc(vpc => new aws.ec2.DefaultSecurityGroup('default', { vpcId: vpc.id, ...args }))

const fixturesFor = (service: string): Fixtures[string] => ({
  passes: {
    'an endpoint': endpoint({ serviceName: `com.amazonaws.eu-west-1.${service}` }),
    'a stack without VPC': () => undefined,
  },
  fails: {
    [`ec2.VpcEndpoint for "${service}" is not in this VPC`]: [
      withVpc(() => undefined),
      endpoint({ serviceName: 'com.amazonaws.eu-west-1.logs' }),
      endpoint({
        serviceName: `com.amazonaws.eu-west-1.${service}`,
        vpcId: 'vpc-of-somebody-else',
      }),
    ],
  },
})

const blocked = (internetGatewayBlockMode: string) =>
  withVpc(vpc => {
    new aws.ec2.InternetGateway('internet', { vpcId: vpc.id })
    new aws.ec2.VpcBlockPublicAccessOptions('block', { internetGatewayBlockMode })
  })

const acl = (args: Partial<aws.ec2.NetworkAclArgs>) =>
  withVpc(vpc => new aws.ec2.NetworkAcl('acl', { vpcId: vpc.id, ...args }))

export const ec2NetworkFixtures: Fixtures = {
  'EC2.2': {
    passes: { 'an empty group': group({ ingress: [], egress: [] }) },
    fails: {
      'ec2.DefaultSecurityGroup of this VPC is not in the stack': withVpc(() => undefined),
      'ec2.DefaultSecurityGroup has 1 rules': [
        group({
          egress: [{ protocol: '-1', fromPort: 0, toPort: 0, cidrBlocks: ['0.0.0.0/0'] }],
        }),
        withVpc(vpc => {
          const { id } = new aws.ec2.DefaultSecurityGroup('default', { vpcId: vpc.id })
          new aws.vpc.SecurityGroupEgressRule('out', { securityGroupId: id, ipProtocol: '-1' })
        }),
      ],
    },
  },
  'EC2.6': {
    passes: { 'all traffic': flowLog({ trafficType: 'ALL' }) },
    fails: {
      'ec2.FlowLog of this VPC is not in the stack': withVpc(() => undefined),
      'ec2.FlowLog.trafficType is "ACCEPT"': flowLog({ trafficType: 'ACCEPT' }),
    },
  },
  'EC2.10': fixturesFor('ec2'),
  'EC2.55': fixturesFor('ecr.api'),
  'EC2.56': fixturesFor('ecr.dkr'),
  'EC2.57': fixturesFor('ssm'),
  'EC2.15': {
    passes: { 'by default': withVpc(vpc => new aws.ec2.Subnet('s', { vpcId: vpc.id })) },
    fails: {
      'mapPublicIpOnLaunch is true': withVpc(
        vpc => new aws.ec2.Subnet('s', { vpcId: vpc.id, mapPublicIpOnLaunch: true }),
      ),
    },
  },
  'EC2.16': {
    passes: {
      'with subnets': acl({ subnetIds: ['subnet-1'] }),
      'joined to a subnet': withVpc(vpc => {
        const { id } = new aws.ec2.NetworkAcl('acl', { vpcId: vpc.id })
        new aws.ec2.NetworkAclAssociation('acl', { networkAclId: id, subnetId: 'subnet-1' })
      }),
    },
    fails: {
      'subnetIds is not set': acl({}),
      'subnetIds is []': acl({ subnetIds: [] }),
    },
  },
  'EC2.172': {
    passes: {
      'nothing comes in': blocked('block-ingress'),
      'nothing comes or goes': blocked('block-bidirectional'),
      'a VPC without a gateway': withVpc(() => undefined),
    },
    fails: {
      'ec2.VpcBlockPublicAccessOptions is not in the stack': withVpc(
        vpc => new aws.ec2.InternetGateway('internet', { vpcId: vpc.id }),
      ),
      'ec2.VpcBlockPublicAccessOptions is "off"': blocked('off'),
    },
  },
}

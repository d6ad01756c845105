import * as aws from '@pulumi/aws'
import type { Fixtures } from '../testing/fixtures.ts'

interface Range {
  protocol?: string
  from: number
  to?: number
}

const ofRange = ({ protocol = 'tcp', from, to = from }: Range) => ({
  protocol,
  fromPort: from,
  toPort: to,
})

/** A rule inside the group. */
const inside =
  (range: Range, cidrs: { cidrBlocks?: string[]; ipv6CidrBlocks?: string[] }) => () => {
    new aws.ec2.SecurityGroup('group', { ingress: [{ ...ofRange(range), ...cidrs }] })
  }
/** A rule beside it, of the older kind. */
const older = (range: Range, cidr: string) => () => {
  new aws.ec2.SecurityGroupRule('in', {
    type: 'ingress',
    securityGroupId: 'sg-1',
    cidrBlocks: [cidr],
    ...ofRange(range),
  })
}
/** A rule beside it. */
const beside = (range: Range, cidr: { cidrIpv4: string } | { cidrIpv6: string }) => () => {
  const { protocol, ...ports } = ofRange(range)
  new aws.vpc.SecurityGroupIngressRule('in', {
    securityGroupId: 'sg-1',
    ipProtocol: protocol,
    ...ports,
    ...cidr,
  })
}

const WORLD = '0.0.0.0/0'
const EVERY = { protocol: '-1', from: 0, to: 0 }

/** Each kind of rule and each way to say the whole world. */
const opened = (port: number, shown = `opens tcp ${port}`): Fixtures[string]['fails'] => ({
  [`ingress[0].cidrBlocks ${shown} to 0.0.0.0/0`]: inside({ from: port }, { cidrBlocks: [WORLD] }),
  [`ingress[0].ipv6CidrBlocks ${shown} to ::/0`]: inside(
    { from: port },
    { ipv6CidrBlocks: ['::/0'] },
  ),
  [`cidrBlocks ${shown} to 0.0.0.0/0`]: older({ from: port }, WORLD),
  [`cidrIpv4 ${shown} to 0.0.0.0/0`]: beside({ from: port }, { cidrIpv4: WORLD }),
  [`cidrIpv6 ${shown} to ::/0`]: beside({ from: port }, { cidrIpv6: '::/0' }),
  [`cidrIpv4 ${shown} to 128.0.0.0/1`]: beside({ from: port }, { cidrIpv4: '128.0.0.0/1' }),
  [`cidrIpv4 opens tcp ${port - 1}-${port + 1}`]: beside(
    { from: port - 1, to: port + 1 },
    { cidrIpv4: WORLD },
  ),
  'cidrIpv4 opens every port': beside(EVERY, { cidrIpv4: WORLD }),
})

const closed: Fixtures[string]['passes'] = {
  'one network': beside({ from: 22 }, { cidrIpv4: '10.0.0.0/8' }),
  'a way out': () => {
    new aws.ec2.SecurityGroupRule('out', {
      type: 'egress',
      securityGroupId: 'sg-1',
      cidrBlocks: [WORLD],
      ...ofRange(EVERY),
    })
  },
  'another group': () => {
    new aws.vpc.SecurityGroupIngressRule('in', {
      securityGroupId: 'sg-1',
      referencedSecurityGroupId: 'sg-2',
      ipProtocol: '-1',
    })
  },
  'HTTPS to the world': beside({ from: 443 }, { cidrIpv4: WORLD }),
}

const acl = (entry: Partial<aws.types.input.ec2.NetworkAclIngress>) => () => {
  new aws.ec2.NetworkAcl('acl', {
    vpcId: 'vpc-1',
    ingress: [{ action: 'allow', ruleNo: 1, ...ofRange({ from: 22 }), cidrBlock: WORLD, ...entry }],
  })
}
const aclRule = (entry: Partial<aws.ec2.NetworkAclRuleArgs>) => () => {
  new aws.ec2.NetworkAclRule('acl', {
    networkAclId: 'acl-1',
    ruleAction: 'allow',
    ruleNumber: 1,
    cidrBlock: WORLD,
    ...ofRange({ from: 3389 }),
    ...entry,
  })
}

export const ec2OpeningsFixtures: Fixtures = {
  'EC2.13': { passes: closed, fails: opened(22) },
  'EC2.14': { passes: closed, fails: opened(3389) },
  'EC2.18': {
    passes: closed,
    fails: {
      ...opened(8443),
      'cidrIpv4 opens udp 443': beside({ protocol: 'udp', from: 443 }, { cidrIpv4: WORLD }),
      'cidrIpv4 opens tcp 80-443': beside({ from: 80, to: 443 }, { cidrIpv4: WORLD }),
    },
  },
  'EC2.19': {
    passes: { ...closed, 'a port of no risk': beside({ from: 8443 }, { cidrIpv4: WORLD }) },
    fails: { ...opened(5432), ...opened(9200), ...opened(3000) },
  },
  'EC2.21': {
    passes: {
      'an entry that refuses': acl({ action: 'deny' }),
      'one network': acl({ cidrBlock: '10.0.0.0/8' }),
      'another port': acl(ofRange({ from: 443 })),
      'a rule for the way out': aclRule({ egress: true }),
    },
    fails: {
      'ingress[0].cidrBlock opens tcp 22 to 0.0.0.0/0': acl({}),
      'ingress[0].cidrBlock opens every port': acl(ofRange(EVERY)),
      'ingress[0].ipv6CidrBlock opens tcp 22 to ::/0': acl({
        cidrBlock: '10.0.0.0/8',
        ipv6CidrBlock: '::/0',
      }),
      'cidrBlock opens tcp 3389 to 0.0.0.0/0': aclRule({}),
    },
  },
}

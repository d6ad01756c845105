import * as aws from '@pulumi/aws'
import type { Fixtures } from '../testing/fixtures.ts'

const balancer = (args: aws.lb.LoadBalancerArgs) => () => {
  new aws.lb.LoadBalancer('edge', args)
}

type Actions = aws.lb.ListenerArgs['defaultActions']

const redirect = (protocol: string) => [
  { type: 'redirect', redirect: { protocol, port: '443', statusCode: 'HTTP_301' } },
]
const forward = [{ type: 'forward', targetGroupArn: 'arn:aws:elasticloadbalancing:target' }]

const listener = (args: Partial<aws.lb.ListenerArgs>, defaultActions: Actions = forward) =>
  new aws.lb.Listener('listener', {
    loadBalancerArn: 'arn:aws:lb',
    port: 80,
    defaultActions,
    ...args,
  })
const listens = (args: Partial<aws.lb.ListenerArgs>, actions?: Actions) => () => {
  listener(args, actions)
}

const beside = (actions: aws.lb.ListenerRuleArgs['actions']) => () => {
  new aws.lb.ListenerRule('rule', {
    listenerArn: listener({ protocol: 'HTTP' }, redirect('HTTPS')).arn,
    conditions: [{ pathPattern: { values: ['/*'] } }],
    actions,
  })
}

const HTTPS = { protocol: 'HTTPS', port: 443, certificateArn: 'arn:aws:acm:certificate' }
const GATEWAY = { loadBalancerType: 'gateway' }
const NETWORK = { loadBalancerType: 'network' }

export const elbFixtures: Fixtures = {
  'ELB.1': {
    passes: {
      'a port that only redirects': listens({ protocol: 'HTTP' }, redirect('HTTPS')),
      'a rule that redirects, too': beside(redirect('HTTPS')),
      HTTPS: listens(HTTPS),
    },
    fails: {
      'defaultActions answers plain requests': [
        listens({ protocol: 'HTTP' }),
        listens({}, redirect('HTTP')),
        () => {
          // An older name of the same resource.
          new aws.alb.Listener('listener', {
            loadBalancerArn: 'arn:aws:lb',
            port: 80,
            defaultActions: forward,
          })
        },
      ],
      'lb.ListenerRule of this listener answers plain requests': beside(forward),
    },
  },
  'ELB.4': {
    passes: { dropped: balancer({ dropInvalidHeaderFields: true }), network: balancer(NETWORK) },
    fails: { 'dropInvalidHeaderFields is not set': balancer({}) },
  },
  'ELB.5': {
    passes: {
      logged: balancer({ accessLogs: { bucket: 'logs', enabled: true } }),
      'of appliances': balancer(GATEWAY),
    },
    fails: {
      'accessLogs.enabled is not set': balancer({}),
      'accessLogs.enabled is false': balancer({ accessLogs: { bucket: 'logs', enabled: false } }),
    },
  },
  'ELB.6': {
    passes: { protected: balancer({ enableDeletionProtection: true }) },
    fails: { 'enableDeletionProtection is not set': balancer({}) },
  },
  'ELB.12': {
    passes: {
      'by default': balancer({}),
      strictest: balancer({ desyncMitigationMode: 'strictest' }),
    },
    fails: {
      'desyncMitigationMode is "monitor"': balancer({ desyncMitigationMode: 'monitor' }),
    },
  },
  'ELB.13': {
    passes: {
      'two zones': balancer({ subnets: ['subnet-a', 'subnet-b'] }),
      'two addresses': balancer({
        ...NETWORK,
        subnetMappings: [{ subnetId: 'subnet-a' }, { subnetId: 'subnet-b' }],
      }),
    },
    fails: {
      'subnets has 1 of at least 2 zones': balancer({ subnets: ['subnet-a'] }),
      'subnets has 0 of at least 2 zones': balancer({}),
    },
  },
  'ELB.17': {
    passes: {
      'TLS 1.3 and 1.2': listens({ ...HTTPS, sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06' }),
      'TLS 1.3': listens({ ...HTTPS, sslPolicy: 'ELBSecurityPolicy-TLS13-1-3-2021-06' }),
      'for agencies': listens({ ...HTTPS, sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04' }),
      'plain HTTP, which another control forbids': listens({ protocol: 'HTTP' }),
    },
    fails: {
      'sslPolicy is not set': listens(HTTPS),
      'sslPolicy is "ELBSecurityPolicy-2016-08"': listens({
        ...HTTPS,
        sslPolicy: 'ELBSecurityPolicy-2016-08',
      }),
      'sslPolicy is "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06"': listens({
        ...HTTPS,
        sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06',
      }),
      'sslPolicy is "ELBSecurityPolicy-TLS13-1-0-2021-06"': listens({
        ...HTTPS,
        sslPolicy: 'ELBSecurityPolicy-TLS13-1-0-2021-06',
      }),
    },
  },
  'ELB.18': {
    passes: {
      HTTPS: listens(HTTPS),
      TLS: listens({ ...HTTPS, protocol: 'TLS' }),
      'a port that only redirects': listens({ protocol: 'HTTP' }, redirect('HTTPS')),
    },
    fails: {
      'protocol is "HTTP"': listens({ protocol: 'HTTP' }),
      'protocol is "TCP"': listens({ protocol: 'TCP' }),
      'protocol is not set': listens({}),
    },
  },
}

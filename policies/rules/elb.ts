import type { ResourceOf } from '../resource.ts'
import { fail, rule, type Rule, shown, stackRule, wants } from '../rule.ts'
import type { StackView } from '../stack-view.ts'

type Balancer = ResourceOf<'lb.LoadBalancer'>
type Listener = ResourceOf<'lb.Listener'>

const isApplication = ({ inputs: { loadBalancerType } }: Balancer): boolean =>
  loadBalancerType === undefined || loadBalancerType === 'application'

const isGateway = ({ inputs: { loadBalancerType } }: Balancer): boolean =>
  loadBalancerType === 'gateway'

/** An application load balancer that is not told speaks plain HTTP; one for appliances has neither port nor protocol. */
const isPlain = ({ inputs: { protocol, port } }: Listener): boolean =>
  protocol === undefined ? port !== undefined : ['HTTP', 'TCP', 'UDP', 'TCP_UDP'].includes(protocol)

/** Does nothing but send clients to HTTPS: the plain port that everybody should have. */
const redirectsToTls = ({ inputs: { defaultActions = [] } }: Listener): boolean =>
  defaultActions.length > 0 &&
  defaultActions.every(
    ({ type, redirect }) => type === 'redirect' && redirect?.protocol === 'HTTPS',
  )

/** Security policies that AWS recommends for load balancers: TLS 1.2 and later with forward secrecy. */
const RECOMMENDED_TLS = /^ELBSecurityPolicy-TLS13-1-[23](?:-Res)?(?:-FIPS)?(?:-PQ)?-\d{4}-\d{2}$/

const LEAST_ZONES = 2

/** Members of a load balancer that are written as rules beside the listener: they may serve plain requests, too. */
const servesPlainly = (listener: Listener, stack: StackView): boolean =>
  stack
    .referrers(listener, 'lb.ListenerRule', 'listenerArn')
    .some(({ inputs: { actions = [] } }) =>
      actions.some(
        ({ type, redirect }) => !(type === 'redirect' && redirect?.protocol === 'HTTPS'),
      ),
    )

export const elb: readonly Rule[] = [
  stackRule('lb.Listener', {
    control: 'ELB.1',
    title: 'Listeners for plain HTTP only send clients to HTTPS',
    severity: 'medium',
    why: 'passwords and tokens cross the network in plain',
    applies: listener => isPlain(listener) && (listener.inputs.protocol ?? 'HTTP') === 'HTTP',
    check: (listener, stack) => {
      if (!redirectsToTls(listener))
        return fail(
          'defaultActions',
          'answers plain requests',
          "defaultActions: [{ type: 'redirect', redirect: { protocol: 'HTTPS', port: '443', statusCode: 'HTTP_301' } }]",
        )
      return servesPlainly(listener, stack)
        ? fail(
            'lb.ListenerRule',
            'of this listener answers plain requests',
            'no rule but on the listener for HTTPS',
          )
        : undefined
    },
  }),
  rule('lb.LoadBalancer', {
    control: 'ELB.4',
    title: 'Load balancers drop headers that are not valid',
    severity: 'medium',
    why: 'such headers smuggle requests past the load balancer',
    applies: isApplication,
    check: ({ inputs }) => wants(inputs, 'dropInvalidHeaderFields', true),
  }),
  rule('lb.LoadBalancer', {
    control: 'ELB.5',
    title: 'Load balancers log every request',
    severity: 'medium',
    why: 'nobody can tell afterwards who asked for what',
    applies: balancer => !isGateway(balancer),
    check: ({ inputs: { accessLogs } }) =>
      accessLogs?.enabled === true
        ? undefined
        : fail(
            'accessLogs.enabled',
            shown(accessLogs?.enabled),
            'accessLogs: { enabled: true, bucket, prefix }',
          ),
  }),
  rule('lb.LoadBalancer', {
    control: 'ELB.6',
    title: 'Load balancers are protected from deletion',
    severity: 'medium',
    why: 'one wrong command takes everything behind it off the network',
    check: ({ inputs }) => wants(inputs, 'enableDeletionProtection', true),
  }),
  rule('lb.LoadBalancer', {
    control: 'ELB.12',
    title: 'Load balancers refuse requests that can be read in two ways',
    severity: 'medium',
    why: 'such requests poison caches and take over sessions of others',
    applies: isApplication,
    // The default of AWS is defensive.
    check: ({ inputs }) =>
      wants(
        inputs,
        'desyncMitigationMode',
        (mode = 'defensive') => mode !== 'monitor',
        "desyncMitigationMode: 'defensive'",
      ),
  }),
  rule('lb.LoadBalancer', {
    control: 'ELB.13',
    title: `Load balancers stand in at least ${LEAST_ZONES} zones`,
    severity: 'medium',
    why: 'the loss of one zone takes everything behind it off the network',
    check: ({ inputs: { subnets = [], subnetMappings = [] } }) => {
      const zones = subnets.length + subnetMappings.length
      return zones >= LEAST_ZONES
        ? undefined
        : fail(
            'subnets',
            `has ${zones} of at least ${LEAST_ZONES} zones`,
            'subnets: one of each zone',
          )
    },
  }),
  rule('lb.Listener', {
    control: 'ELB.17',
    title: 'Listeners take TLS 1.2 and later alone',
    severity: 'medium',
    why: 'older TLS can be read by who listens',
    applies: ({ inputs: { protocol } }) => protocol === 'HTTPS' || protocol === 'TLS',
    check: ({ inputs }) =>
      wants(
        inputs,
        'sslPolicy',
        (policy = '') => RECOMMENDED_TLS.test(policy),
        "sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06'",
      ),
  }),
  rule('lb.Listener', {
    control: 'ELB.18',
    title: 'Listeners speak TLS',
    severity: 'medium',
    why: 'who listens in the network can read and change requests and answers',
    // A port that only sends clients to HTTPS carries nothing worth reading.
    applies: listener => !redirectsToTls(listener) && listener.inputs.protocol !== 'GENEVE',
    check: listener =>
      isPlain(listener)
        ? fail(
            'protocol',
            shown(listener.inputs.protocol),
            "protocol: 'HTTPS' and a certificateArn",
          )
        : undefined,
  }),
]

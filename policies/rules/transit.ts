import { isGiven } from '../not-evaluated.ts'
import { familyOf, isSource } from '../reading/databases.ts'
import type { ResourceOf } from '../resource.ts'
import { fail, rule, type Rule, shown, stackRule } from '../rule.ts'

/** From this version on the default is to refuse plain connections. */
const FORCED_SINCE = 15

const FORCED = new Set(['1', 'on', 'true'])

const isForcedByDefault = ({ inputs: { engineVersion } }: ResourceOf<'rds.Instance'>): boolean =>
  Number.parseInt(engineVersion ?? '0', 10) >= FORCED_SINCE

const TLS = new Set(['HTTPS', 'TLS'])

/** The set `extra`: how what is inside the network talks. */
export const transit: readonly Rule[] = [
  stackRule('rds.Instance', {
    control: 'RDS.38',
    title: 'PostgreSQL refuses connections without TLS',
    severity: 'medium',
    why: 'who listens in the network can read passwords and data',
    applies: instance => familyOf(instance) === 'postgres' && isSource(instance),
    check: (instance, stack) => {
      const fix = "parameters: [{ name: 'rds.force_ssl', value: '1' }] of its parameter group"
      const { parameterGroupName } = instance.inputs
      const group =
        parameterGroupName === undefined || parameterGroupName.startsWith('default.')
          ? undefined
          : stack.target(instance, 'rds.ParameterGroup', 'parameterGroupName')
      const value = (group?.inputs.parameters ?? []).find(
        ({ name }) => name === 'rds.force_ssl',
      )?.value
      if (value === undefined ? isForcedByDefault(instance) : FORCED.has(value)) return undefined
      return fail('parameterGroupName', `has an rds.force_ssl that ${shown(value)}`, fix)
    },
  }),
  rule('lb.TargetGroup', {
    control: 'ELB.21',
    title: 'Health checks of target groups are encrypted',
    severity: 'medium',
    why: 'who is in the network can answer in place of a target',
    applies: ({ inputs }) => inputs.targetType !== 'lambda' && inputs.protocol !== 'GENEVE',
    check: ({ inputs: { healthCheck, protocol } }) => {
      const given = healthCheck?.protocol
      return TLS.has(given ?? protocol ?? 'HTTP') && given !== 'HTTP' && given !== 'TCP'
        ? undefined
        : fail('healthCheck.protocol', shown(given), "healthCheck: { protocol: 'HTTPS', … }")
    },
  }),
  rule('lb.TargetGroup', {
    control: 'ELB.22',
    title: 'Load balancers ask their targets by TLS',
    severity: 'medium',
    why: 'who listens in the network can read and change requests and answers',
    applies: ({ inputs }) => inputs.targetType !== 'lambda' && inputs.protocol !== 'GENEVE',
    check: ({ inputs: { protocol } }) =>
      TLS.has(protocol ?? '')
        ? undefined
        : fail('protocol', shown(protocol), "protocol: 'HTTPS', and a certificate in each target"),
  }),
  rule('apigatewayv2.Integration', {
    control: 'APIGateway.10',
    title: 'HTTP APIs ask backends in the VPC by HTTPS',
    severity: 'medium',
    why: 'who listens in the network can read and change requests and answers',
    applies: ({ inputs }) => inputs.connectionType === 'VPC_LINK',
    check: ({ inputs: { tlsConfig } }) =>
      !isGiven(tlsConfig, 'serverNameToVerify')
        ? fail(
            'tlsConfig.serverNameToVerify',
            'is not set',
            "tlsConfig: { serverNameToVerify: 'the name in the certificate' } and a listener for HTTPS",
          )
        : undefined,
  }),
  rule('apigateway.DomainName', {
    control: 'APIGateway.11',
    title: 'Names of APIs take TLS 1.2 and later alone',
    severity: 'medium',
    why: 'older TLS can be read by who listens',
    check: ({ inputs: { securityPolicy } }) =>
      securityPolicy !== undefined && securityPolicy !== 'TLS_1_0'
        ? undefined
        : fail('securityPolicy', shown(securityPolicy), "securityPolicy: 'TLS_1_2'"),
  }),
  rule('apigatewayv2.DomainName', {
    control: 'APIGateway.11',
    title: 'Names of APIs take TLS 1.2 and later alone',
    severity: 'medium',
    why: 'older TLS can be read by who listens',
    check: ({ inputs: { domainNameConfiguration } }) =>
      domainNameConfiguration?.securityPolicy === 'TLS_1_2'
        ? undefined
        : fail(
            'domainNameConfiguration.securityPolicy',
            shown(domainNameConfiguration?.securityPolicy),
            "securityPolicy: 'TLS_1_2'",
          ),
  }),
  rule('ecs.TaskDefinition', {
    control: 'ECS.18',
    title: 'Files in EFS are read and written by TLS',
    severity: 'medium',
    why: 'who listens in the network can read and change files',
    check: ({ inputs: { volumes = [] } }) => {
      const plain = volumes.find(
        ({ efsVolumeConfiguration: efs }) => efs && efs.transitEncryption !== 'ENABLED',
      )
      return plain
        ? fail(
            `volumes[${plain.name}].efsVolumeConfiguration.transitEncryption`,
            shown(plain.efsVolumeConfiguration?.transitEncryption),
            "transitEncryption: 'ENABLED'",
          )
        : undefined
    },
  }),
]

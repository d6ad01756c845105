import * as aws from '@pulumi/aws'
import { database } from '../testing/database.ts'
import type { Fixtures } from '../testing/fixtures.ts'

const withParameter =
  (value: string | undefined, engineVersion = '18') =>
  () => {
    const group = new aws.rds.ParameterGroup('group', {
      family: 'postgres18',
      parameters: value === undefined ? [] : [{ name: 'rds.force_ssl', value }],
    })
    database({ engineVersion, parameterGroupName: group.name })
  }

const target = (args: aws.lb.TargetGroupArgs) => () => new aws.lb.TargetGroup('target', args)

const integration = (args: Partial<aws.apigatewayv2.IntegrationArgs>) => () =>
  new aws.apigatewayv2.Integration('integration', {
    apiId: 'api',
    integrationType: 'HTTP_PROXY',
    ...args,
  })

const task = (transitEncryption?: string) => () =>
  new aws.ecs.TaskDefinition('task', {
    family: 'task',
    containerDefinitions: '[]',
    volumes: [
      {
        name: 'files',
        efsVolumeConfiguration: {
          fileSystemId: 'fs-1',
          ...(transitEncryption !== undefined && { transitEncryption }),
        },
      },
    ],
  })

const second = (securityPolicy: string) => () =>
  new aws.apigatewayv2.DomainName('name', {
    domainName: 'api.example.com',
    domainNameConfiguration: {
      certificateArn: 'arn:aws:acm:certificate',
      endpointType: 'REGIONAL',
      securityPolicy,
    },
  })

export const transitFixtures: Fixtures = {
  'RDS.38': {
    passes: {
      forced: withParameter('1', '14'),
      'a version that forces it': withParameter(undefined, '15.4'),
      'the default group of such a version': () => database({ engineVersion: '18' }),
    },
    fails: {
      'parameterGroupName has an rds.force_ssl that is "0"': withParameter('0'),
      'parameterGroupName has an rds.force_ssl that is not set': [
        withParameter(undefined, '14.9'),
        () => database({ engineVersion: '14' }),
        () => database({}),
      ],
    },
    unknown: {
      'parameterGroupName refers to no rds.ParameterGroup of this stack': () =>
        database({ engineVersion: '18', parameterGroupName: 'of-somebody-else' }),
    },
  },
  'ELB.21': {
    passes: {
      'as the traffic': target({ protocol: 'HTTPS' }),
      told: target({ protocol: 'HTTPS', healthCheck: { protocol: 'HTTPS' } }),
      functions: target({ targetType: 'lambda' }),
    },
    fails: {
      'healthCheck.protocol is "HTTP"': target({
        protocol: 'HTTPS',
        healthCheck: { protocol: 'HTTP' },
      }),
      'healthCheck.protocol is not set': [target({ protocol: 'HTTP' }), target({})],
    },
  },
  'ELB.22': {
    passes: { HTTPS: target({ protocol: 'HTTPS' }), functions: target({ targetType: 'lambda' }) },
    fails: {
      'protocol is "HTTP"': target({ protocol: 'HTTP' }),
      'protocol is "TCP"': target({ protocol: 'TCP' }),
      'protocol is not set': target({}),
    },
  },
  'APIGateway.10': {
    passes: {
      HTTPS: integration({
        connectionType: 'VPC_LINK',
        tlsConfig: { serverNameToVerify: 'shop.example.com' },
      }),
      'over the internet': integration({ connectionType: 'INTERNET' }),
    },
    fails: {
      'tlsConfig.serverNameToVerify is not set': integration({ connectionType: 'VPC_LINK' }),
    },
  },
  'APIGateway.11': {
    passes: {
      'TLS 1.2': () =>
        new aws.apigateway.DomainName('name', {
          domainName: 'api.example.com',
          securityPolicy: 'TLS_1_2',
        }),
      'an HTTP API': second('TLS_1_2'),
    },
    fails: {
      'securityPolicy is not set': () =>
        new aws.apigateway.DomainName('name', { domainName: 'api.example.com' }),
      'securityPolicy is "TLS_1_0"': () =>
        new aws.apigateway.DomainName('name', {
          domainName: 'api.example.com',
          securityPolicy: 'TLS_1_0',
        }),
      'domainNameConfiguration.securityPolicy is "TLS_1_0"': second('TLS_1_0'),
    },
  },
  'ECS.18': {
    passes: { TLS: task('ENABLED') },
    fails: {
      'volumes[files].efsVolumeConfiguration.transitEncryption is not set': task(),
      'volumes[files].efsVolumeConfiguration.transitEncryption is "DISABLED"': task('DISABLED'),
    },
  },
}

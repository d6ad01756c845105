import * as aws from '@pulumi/aws'
import type { Fixtures } from '../testing/fixtures.ts'

const stage = (args: Partial<aws.apigateway.StageArgs> = {}) =>
  new aws.apigateway.Stage('stage', {
    restApi: 'api',
    deployment: 'deployment',
    stageName: 'live',
    ...args,
  })
const staged = (args: Partial<aws.apigateway.StageArgs>) => () => stage(args)

type Settings = aws.apigateway.MethodSettingsArgs['settings']

const settings =
  (of: Settings, more: Partial<aws.apigateway.MethodSettingsArgs> = {}) =>
  () => {
    stage()
    new aws.apigateway.MethodSettings('all', {
      restApi: 'api',
      stageName: 'live',
      methodPath: '*/*',
      settings: of,
      ...more,
    })
  }

const second = (args: Partial<aws.apigatewayv2.StageArgs>) => () =>
  new aws.apigatewayv2.Stage('stage', { apiId: 'api', ...args })

const route = (args: Partial<aws.apigatewayv2.RouteArgs>) => () =>
  new aws.apigatewayv2.Route('route', { apiId: 'api', routeKey: 'GET /', ...args })

export const apiGatewayFixtures: Fixtures = {
  'APIGateway.1': {
    passes: {
      errors: settings({ loggingLevel: 'ERROR' }),
      all: settings({ loggingLevel: 'INFO' }),
      'an HTTP API, which has access logs': second({}),
      'a WebSocket API': second({ defaultRouteSettings: { loggingLevel: 'INFO' } }),
    },
    fails: {
      'apigateway.MethodSettings.settings.loggingLevel is not set for this stage': [
        staged({}),
        settings({ loggingLevel: 'OFF' }),
        settings({ loggingLevel: 'INFO' }, { methodPath: 'orders/GET' }),
        settings({ loggingLevel: 'INFO' }, { stageName: 'test' }),
      ],
      'defaultRouteSettings.loggingLevel is "OFF"': second({
        defaultRouteSettings: { loggingLevel: 'OFF' },
      }),
    },
  },
  'APIGateway.2': {
    passes: { 'a certificate': staged({ clientCertificateId: 'certificate' }) },
    fails: { 'clientCertificateId is not set': staged({}) },
  },
  'APIGateway.3': {
    passes: { traced: staged({ xrayTracingEnabled: true }) },
    fails: {
      'xrayTracingEnabled is not set': staged({}),
      'xrayTracingEnabled is false': staged({ xrayTracingEnabled: false }),
    },
  },
  'APIGateway.4': {
    passes: {
      'a firewall': () =>
        new aws.wafv2.WebAclAssociation('wall', { resourceArn: stage().arn, webAclArn: 'acl' }),
    },
    fails: {
      'wafv2.WebAclAssociation of this stage is not in the stack': [
        staged({}),
        () => {
          stage()
          new aws.wafv2.WebAclAssociation('wall', { resourceArn: 'another', webAclArn: 'acl' })
        },
      ],
    },
  },
  'APIGateway.5': {
    passes: {
      encrypted: settings({ cachingEnabled: true, cacheDataEncrypted: true }),
      'no cache': settings({}),
    },
    fails: { 'settings.cacheDataEncrypted is not set': settings({ cachingEnabled: true }) },
  },
  'APIGateway.8': {
    passes: {
      tokens: route({ authorizationType: 'JWT', authorizerId: 'authorizer' }),
      IAM: route({ authorizationType: 'AWS_IAM' }),
    },
    fails: {
      'authorizationType is not set': route({}),
      'authorizationType is "NONE"': route({ authorizationType: 'NONE' }),
    },
  },
  'APIGateway.9': {
    passes: {
      logged: second({ accessLogSettings: { destinationArn: 'arn:log', format: '$context' } }),
    },
    fails: { 'accessLogSettings is not set': second({}) },
  },
}

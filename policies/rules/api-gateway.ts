import { isGiven } from '../not-evaluated.ts'
import { fail, rule, type Rule, shown, stackRule } from '../rule.ts'

const isLogged = (level: unknown): boolean => level === 'ERROR' || level === 'INFO'

export const apiGateway: readonly Rule[] = [
  stackRule('apigateway.Stage', {
    control: 'APIGateway.1',
    title: 'Stages of APIs log what goes wrong',
    severity: 'medium',
    why: 'nobody can tell afterwards why calls failed',
    check: (stage, stack) => {
      const settings = stack
        .all('apigateway.MethodSettings')
        .filter(
          ({ inputs }) =>
            inputs.stageName === stage.inputs.stageName && inputs.methodPath === '*/*',
        )
      const level = settings.map(({ inputs }) => inputs.settings?.loggingLevel).find(isLogged)
      return level === undefined
        ? fail(
            'apigateway.MethodSettings.settings.loggingLevel',
            'is not set for this stage',
            "new aws.apigateway.MethodSettings(…, { restApi, stageName, methodPath: '*/*', settings: { loggingLevel: 'ERROR' } })",
          )
        : undefined
    },
  }),
  rule('apigatewayv2.Stage', {
    control: 'APIGateway.1',
    title: 'Stages of APIs log what goes wrong',
    severity: 'medium',
    why: 'nobody can tell afterwards why calls failed',
    // Only WebSocket APIs have levels; HTTP APIs have access logs, APIGateway.9.
    applies: ({ inputs }) => inputs.defaultRouteSettings?.loggingLevel !== undefined,
    check: ({ inputs }) =>
      isLogged(inputs.defaultRouteSettings?.loggingLevel)
        ? undefined
        : fail(
            'defaultRouteSettings.loggingLevel',
            shown(inputs.defaultRouteSettings?.loggingLevel),
            "loggingLevel: 'ERROR'",
          ),
  }),
  rule('apigateway.Stage', {
    control: 'APIGateway.2',
    title: 'APIs prove to their backends who asks',
    severity: 'medium',
    why: 'anybody who finds the backend can ask it past the API',
    check: ({ inputs }) =>
      !isGiven(inputs, 'clientCertificateId')
        ? fail(
            'clientCertificateId',
            'is not set',
            'clientCertificateId: the id of a ClientCertificate',
          )
        : undefined,
  }),
  rule('apigateway.Stage', {
    control: 'APIGateway.3',
    title: 'Calls of APIs are traced',
    severity: 'low',
    why: 'nobody can tell where the time goes',
    check: ({ inputs }) =>
      inputs.xrayTracingEnabled === true
        ? undefined
        : fail('xrayTracingEnabled', shown(inputs.xrayTracingEnabled), 'xrayTracingEnabled: true'),
  }),
  stackRule('apigateway.Stage', {
    control: 'APIGateway.4',
    title: 'A firewall stands before each API',
    severity: 'medium',
    why: 'floods and known attacks reach the backends',
    check: (stage, stack) =>
      stack.referrers(stage, 'wafv2.WebAclAssociation', 'resourceArn').length > 0
        ? undefined
        : fail(
            'wafv2.WebAclAssociation',
            'of this stage is not in the stack',
            'new aws.wafv2.WebAclAssociation(…, { resourceArn: stage.arn, webAclArn })',
          ),
  }),
  rule('apigateway.MethodSettings', {
    control: 'APIGateway.5',
    title: 'Caches of APIs are encrypted',
    severity: 'medium',
    why: 'answers of other users can be read from the cache',
    applies: ({ inputs }) => inputs.settings?.cachingEnabled === true,
    check: ({ inputs }) =>
      inputs.settings?.cacheDataEncrypted === true
        ? undefined
        : fail(
            'settings.cacheDataEncrypted',
            shown(inputs.settings?.cacheDataEncrypted),
            'cacheDataEncrypted: true',
          ),
  }),
  rule('apigatewayv2.Route', {
    control: 'APIGateway.8',
    title: 'Routes say who may call them',
    severity: 'medium',
    why: 'everybody in the world can call what should be for some',
    check: ({ inputs }) =>
      (inputs.authorizationType ?? 'NONE') === 'NONE'
        ? fail(
            'authorizationType',
            shown(inputs.authorizationType),
            "authorizationType: 'JWT' and an authorizerId",
          )
        : undefined,
  }),
  rule('apigatewayv2.Stage', {
    control: 'APIGateway.9',
    title: 'Stages of HTTP APIs log every call',
    severity: 'medium',
    why: 'nobody can tell afterwards who asked for what',
    check: ({ inputs }) =>
      !isGiven(inputs.accessLogSettings, 'destinationArn')
        ? fail(
            'accessLogSettings',
            'is not set',
            'accessLogSettings: { destinationArn: logGroup.arn, format }',
          )
        : undefined,
  }),
]

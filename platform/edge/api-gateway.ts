import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { AnyManifest } from '../../apps/shared/manifest.ts'
import { TOKEN_AUDIENCE } from '../../apps/shared/token-format.ts'
import { type GatewayRoute, gatewayRoutes, routeKey } from './api-gateway-routes.ts'
import { NAME_LIMITS, physicalName } from '../names.ts'
import type { NetworkPlaces } from '../network/network-places.ts'
import { closedGroup, openPath } from '../network/security-group.ts'

export interface ApiGatewayArgs {
  /** First part of every physical name: `shop-dev`. */
  prefix: string
  network: NetworkPlaces
  /** The `Edge`, whose load balancer it shares. */
  edge: {
    url: pulumi.Output<string>
    listenerArn: pulumi.Output<string>
    listenerPort: number
    tlsName: string | undefined
    loadBalancerSecurityGroupId: pulumi.Output<string>
  }
  services: readonly AnyManifest[]
  /** For all callers together. */
  throttle: { ratePerSecond: number; burst: number }
  /** Days that access logs are kept. */
  logDays: number
  /** KMS key for the access logs. @default CloudWatch's own */
  keyArn?: pulumi.Input<string>
  /** The edge and the services: what AWS gets the issuer's discovery document from. */
  issuedBy: readonly pulumi.Resource[]
}

/**
 * Second entrance: an HTTP API that reaches the same load balancer through a VPC link, one route per public route of the
 * manifests and method that they open, throttled, with access logs. A JWT authorizer refuses what comes without a valid token to
 * any route that is not open; the services verify tokens all the same. It verifies RSA signatures alone, so the users service
 * signs with RS256 then, see `signedForGateway`; tokens of before are refused here until they have expired. Costs 1 USD per
 * million requests; VPC link and idle API are free.
 *
 * Turn it on once the stack answers: AWS fetches the discovery document from the edge's URL when it makes the authorizer, and
 * refuses to make one while the document does not answer (no migrations yet, a domain that is not delegated).
 */
export class ApiGateway extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>

  constructor(name: string, args: ApiGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:ApiGateway', name, {}, opts)
    const routes = gatewayRoutes(args.services)
    const api = new aws.apigatewayv2.Api(
      name,
      {
        name: physicalName([args.prefix, 'api'], NAME_LIMITS.api),
        description: 'Public routes of the services',
        protocolType: 'HTTP',
      },
      { parent: this },
    )
    const integration = this.#integrate(name, api, args)
    const authorizer = this.#authorize(name, api, args)
    this.#route(name, api, { routes, integration, authorizer })
    this.#publish(name, api, args)
    this.url = api.apiEndpoint
    this.registerOutputs({ url: this.url })
  }

  #integrate(name: string, api: aws.apigatewayv2.Api, { prefix, network, edge }: ApiGatewayArgs) {
    const parent = { parent: this }
    const group = closedGroup(
      `${name}-group`,
      { prefix, vpcId: network.vpcId, description: 'VPC link of API Gateway' },
      parent,
    )
    openPath(
      `${name}-to-load-balancer`,
      {
        from: group.id,
        to: edge.loadBalancerSecurityGroupId,
        port: edge.listenerPort,
        description: 'API Gateway to the load balancer',
      },
      parent,
    )
    const link = new aws.apigatewayv2.VpcLink(
      `${name}-link`,
      {
        name: physicalName([prefix, 'api'], NAME_LIMITS.api),
        subnetIds: network.privateSubnetIds,
        securityGroupIds: [group.id],
      },
      parent,
    )
    return new aws.apigatewayv2.Integration(
      `${name}-integration`,
      {
        apiId: api.id,
        integrationType: 'HTTP_PROXY',
        integrationMethod: 'ANY',
        integrationUri: edge.listenerArn,
        connectionType: 'VPC_LINK',
        connectionId: link.id,
        payloadFormatVersion: '1.0',
        timeoutMilliseconds: 30_000,
        ...(edge.tlsName !== undefined && { tlsConfig: { serverNameToVerify: edge.tlsName } }),
      },
      parent,
    )
  }

  #authorize(name: string, api: aws.apigatewayv2.Api, { edge, issuedBy }: ApiGatewayArgs) {
    return new aws.apigatewayv2.Authorizer(
      `${name}-tokens`,
      {
        apiId: api.id,
        name: 'access-tokens',
        authorizerType: 'JWT',
        identitySources: ['$request.header.Authorization'],
        jwtConfiguration: { issuer: edge.url, audiences: [TOKEN_AUDIENCE] },
      },
      { parent: this, dependsOn: [...issuedBy] },
    )
  }

  #route(
    name: string,
    api: aws.apigatewayv2.Api,
    {
      routes,
      integration,
      authorizer,
    }: {
      routes: readonly GatewayRoute[]
      integration: aws.apigatewayv2.Integration
      authorizer: aws.apigatewayv2.Authorizer
    },
  ): void {
    for (const route of routes)
      new aws.apigatewayv2.Route(
        // Named by what it takes: a route that is added or removed leaves the others alone.
        `${name}-route-${route.method}${route.pattern}`,
        {
          apiId: api.id,
          routeKey: routeKey(route),
          target: pulumi.interpolate`integrations/${integration.id}`,
          ...(route.open
            ? { authorizationType: 'NONE' }
            : { authorizationType: 'JWT', authorizerId: authorizer.id }),
        },
        { parent: this },
      )
  }

  #publish(
    name: string,
    api: aws.apigatewayv2.Api,
    { prefix, throttle, logDays, keyArn }: ApiGatewayArgs,
  ): void {
    const log = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      {
        // The stack's key is for logs under the prefix.
        name: `/${prefix}/api-gateway`,
        retentionInDays: logDays,
        ...(keyArn !== undefined && { kmsKeyId: keyArn }),
      },
      { parent: this },
    )
    new aws.apigatewayv2.Stage(
      `${name}-stage`,
      {
        apiId: api.id,
        name: '$default',
        autoDeploy: true,
        defaultRouteSettings: {
          throttlingRateLimit: throttle.ratePerSecond,
          throttlingBurstLimit: throttle.burst,
          detailedMetricsEnabled: true,
        },
        accessLogSettings: { destinationArn: log.arn, format: JSON.stringify(ACCESS_LOG) },
      },
      { parent: this },
    )
  }
}

/** No query and no header: those may hold tokens and personal data. */
const ACCESS_LOG = {
  time: '$context.requestTimeEpoch',
  request_id: '$context.requestId',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.path',
  route: '$context.routeKey',
  status: '$context.status',
  bytes: '$context.responseLength',
  ms: '$context.responseLatency',
  integration_ms: '$context.integrationLatency',
  integration_error: '$context.integrationErrorMessage',
}

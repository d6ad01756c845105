import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { expect, test } from 'vitest'
import products from '../../apps/products/manifest.ts'
import { TOKEN_AUDIENCE } from '../../apps/shared/token-format.ts'
import users from '../../apps/users/manifest.ts'
import { ApiGateway, type ApiGatewayArgs } from './api-gateway.ts'
import { gatewayRoutes, routeKey } from './api-gateway-routes.ts'
import { declared, places, text } from '../testing/declared.ts'

const argsFor = (tlsName?: string): ApiGatewayArgs => ({
  prefix: 'shop-dev',
  network: places(),
  edge: {
    url: pulumi.output('https://shop.example.com'),
    listenerArn: pulumi.output('arn:listener'),
    listenerPort: tlsName === undefined ? 80 : 443,
    tlsName,
    loadBalancerSecurityGroupId: pulumi.output('sg-balancer'),
  },
  services: [users, products],
  throttle: { ratePerSecond: 50, burst: 100 },
  logDays: 14,
  issuedBy: [],
})

const gateway = (tlsName?: string) =>
  declared(options => new ApiGateway('api', argsFor(tlsName), options))

test('it reaches the load balancer by a private link, and only on its port', async () => {
  const stack = await gateway()
  expect(stack.one('Integration').inputs).toMatchObject({
    connectionType: 'VPC_LINK',
    integrationUri: 'arn:listener',
  })
  expect(stack.one('VpcLink').inputs['subnetIds']).toEqual(['subnet-private-a', 'subnet-private-b'])
  expect(stack.one('IngressRule').inputs).toMatchObject({
    securityGroupId: 'sg-balancer',
    fromPort: 80,
    toPort: 80,
  })
})

test('with a domain it speaks TLS and checks the name in the certificate', async () => {
  const stack = await gateway('shop.example.com')
  expect(stack.one('Integration').inputs['tlsConfig']).toEqual({
    serverNameToVerify: 'shop.example.com',
  })
  expect(stack.one('IngressRule').inputs['fromPort']).toBe(443)
})

test('it throttles, logs without headers and queries, and has no way to /internal', async () => {
  const stack = await gateway()
  const { inputs } = stack.one('Stage')
  expect(inputs['defaultRouteSettings']).toMatchObject({
    throttlingRateLimit: 50,
    throttlingBurstLimit: 100,
  })
  expect(JSON.stringify(inputs['accessLogSettings'])).not.toMatch(/authorization|querystring/i)
  expect(stack.one('LogGroup').inputs['retentionInDays']).toBe(14)
  const keys = stack.all('route:Route').map(({ inputs }) => text(inputs['routeKey']))
  expect(keys.sort()).toEqual(gatewayRoutes([users, products]).map(routeKey).sort())
  expect(keys.filter(key => key.includes('internal') || key === '$default')).toEqual([])
})

test('the authorizer trusts the issuer and audience of our tokens, on each route that is not open', async () => {
  const stack = await gateway()
  const authorizer = stack.one('Authorizer')
  expect(authorizer.inputs).toMatchObject({
    authorizerType: 'JWT',
    identitySources: ['$request.header.Authorization'],
    jwtConfiguration: { issuer: 'https://shop.example.com', audiences: [TOKEN_AUDIENCE] },
  })
  const routes = stack.all('route:Route')
  for (const { name, inputs, propertyDependencies } of routes) {
    const verified = name.startsWith('api-route-ANY/')
    expect(inputs['authorizationType'], name).toBe(verified ? 'JWT' : 'NONE')
    expect(propertyDependencies['authorizerId'], name).toEqual(
      verified ? [authorizer.urn] : undefined,
    )
  }
  expect(stack.one('route:Route', 'api-route-POST/auth/login').inputs['routeKey']).toBe(
    'POST /auth/login',
  )
})

test('the authorizer waits for what the discovery document comes from', async () => {
  const stack = await declared(options => {
    class Part extends pulumi.ComponentResource {
      constructor() {
        super('test:Part', 'part', {}, options)
        new aws.sns.Topic('inside', {}, { parent: this })
      }
    }
    return new ApiGateway('api', { ...argsFor(), issuedBy: [new Part()] }, options)
  })
  expect(stack.one('Authorizer').dependencies).toContain(stack.one('topic:Topic').urn)
})

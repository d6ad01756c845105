import * as pulumi from '@pulumi/pulumi'
import { expect, test } from 'vitest'
import products from '../apps/products/manifest.ts'
import users from '../apps/users/manifest.ts'
import { ApiGateway, type ApiGatewayArgs } from './api-gateway.ts'
import { declared, places, text } from './testing-stack.ts'

const gateway = (tlsName?: string, change: Partial<ApiGatewayArgs> = {}) =>
  declared(
    options =>
      new ApiGateway(
        'api',
        {
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
          ...change,
        },
        options,
      ),
  )

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
  expect(keys).toHaveLength(users.routes.length + products.routes.length)
  expect(keys.filter(key => key.includes('internal') || key === '$default')).toEqual([])
})

test('an authorizer for RSA tokens trusts the issuer of the edge, on the named routes', async () => {
  const tokens = { algorithm: 'RS256', audience: 'shop', routes: ['/users/*'] }
  const stack = await gateway(undefined, { tokens })
  expect(stack.one('Authorizer').inputs).toMatchObject({
    authorizerType: 'JWT',
    jwtConfiguration: { issuer: 'https://shop.example.com', audiences: ['shop'] },
  })
  expect(stack.one('route:Route', 'api-route-users/all').inputs['authorizationType']).toBe('JWT')
  expect(stack.one('route:Route', 'api-route-users').inputs['authorizationType']).toBe('NONE')
})

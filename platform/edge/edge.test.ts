import { beforeAll, expect, test } from 'vitest'
import products from '../../apps/products/manifest.ts'
import users from '../../apps/users/manifest.ts'
import { Edge, type EdgeArgs } from './edge.ts'
import { MANAGED_POLICIES } from './edge-policies.ts'
import { declared, type Declared, places, text } from '../testing/declared.ts'

const edge = (change: Partial<EdgeArgs> = {}): Promise<Declared> =>
  declared(
    options =>
      new Edge(
        'edge',
        {
          prefix: 'shop-dev',
          network: places(),
          services: [users, products],
          protect: false,
          logDays: 30,
          requestsPerAddress: 2000,
          ...change,
        },
        options,
      ),
  )

let plain: Declared
let named: Declared
beforeAll(async () => {
  plain = await edge()
  named = await edge({ protect: true, domain: { name: 'shop.example.com', zone: 'example.com' } })
})

const statements = (bucket: string, stack: Declared) =>
  JSON.parse(text(stack.one('BucketPolicy', `${bucket}-policy`).inputs['policy'])).Statement

test('the load balancer is internal, in private subnets, and logs', () => {
  expect(plain.one('lb/loadBalancer:LoadBalancer').inputs).toMatchObject({
    internal: true,
    subnets: ['subnet-private-a', 'subnet-private-b'],
    dropInvalidHeaderFields: true,
    accessLogs: { enabled: true, prefix: 'load-balancer' },
    enableDeletionProtection: false,
  })
})

test("nobody but CloudFront's addresses gets in, and no address is opened to the world", () => {
  const [rule, ...others] = plain.all('SecurityGroupIngressRule')
  expect(others).toEqual([])
  expect(rule?.inputs).toMatchObject({ fromPort: 80, toPort: 80 })
  expect(rule?.inputs['prefixListId']).toMatch(/^pl-/)
  expect(JSON.stringify(plain.resources)).not.toContain('0.0.0.0/0')
})

test('what no rule routes is a 404, and so are dot segments', () => {
  const problem = { fixedResponse: { statusCode: '404', contentType: 'application/json' } }
  expect(plain.one('lb/listener:Listener').inputs['defaultActions']).toMatchObject([problem])
  expect(plain.one('ListenerRule').inputs).toMatchObject({
    priority: 1,
    conditions: [{ pathPattern: { values: ['*/../*', '*/..'] } }],
    actions: [problem],
  })
})

test('without a domain CloudFront uses its own certificate and asks the load balancer on 80', () => {
  expect(plain.one('lb/listener:Listener').inputs).toMatchObject({ port: 80, protocol: 'HTTP' })
  expect(plain.one('VpcOrigin').inputs).toMatchObject({
    vpcOriginEndpointConfig: { originProtocolPolicy: 'http-only' },
  })
  expect(plain.one('Distribution').inputs).toMatchObject({
    aliases: [],
    viewerCertificate: { cloudfrontDefaultCertificate: true },
  })
  expect(plain.all('route53/record:Record')).toEqual([])
})

test('with a domain it is TLS all the way, under its own name', () => {
  expect(named.one('lb/listener:Listener').inputs).toMatchObject({
    port: 443,
    protocol: 'HTTPS',
    sslPolicy: expect.stringContaining('TLS13'),
  })
  expect(named.one('VpcOrigin').inputs).toMatchObject({
    vpcOriginEndpointConfig: {
      originProtocolPolicy: 'https-only',
      originSslProtocols: { items: ['TLSv1.2'] },
    },
  })
  expect(named.one('SecurityGroupIngressRule').inputs).toMatchObject({ fromPort: 443 })
  expect(named.one('Distribution').inputs).toMatchObject({
    aliases: ['shop.example.com'],
    viewerCertificate: { minimumProtocolVersion: 'TLSv1.2_2021', sslSupportMethod: 'sni-only' },
  })
  const types = named.all('route53/record:Record').map(({ inputs }) => inputs['type'])
  expect(types).toEqual(expect.arrayContaining(['A', 'AAAA']))
})

test("CloudFront's certificate is in us-east-1 and the load balancer's in the stack's region", () => {
  const regions = named
    .all('certificate:Certificate')
    .map(({ name, inputs }) => [name, inputs['region']])
  expect(regions).toEqual([
    ['edge-certificate-cloudfront', 'us-east-1'],
    ['edge-certificate-load-balancer', undefined],
  ])
})

test('a domain outside of its zone is refused', async () => {
  const wrong = edge({ domain: { name: 'shop.example.org', zone: 'example.com' } })
  await expect(wrong).rejects.toThrow(
    'domain "shop.example.org" is not in the hosted zone "example.com"',
  )
})

interface Cached {
  pathPattern: string
  cachePolicyId: string
  originRequestPolicyId: string
  allowedMethods: string[]
  viewerProtocolPolicy: string
}

const behaviours = (stack: Declared) =>
  stack.one('Distribution').inputs['orderedCacheBehaviors'] as unknown as Cached[]

test('only the cached routes get the policy that keeps answers', () => {
  const kept = behaviours(plain).filter(
    ({ cachePolicyId }) => cachePolicyId !== MANAGED_POLICIES.cachingDisabled,
  )
  expect(kept.map(({ pathPattern }) => pathPattern).sort()).toEqual(
    [...products.cachedRoutes].sort(),
  )
  for (const { allowedMethods, viewerProtocolPolicy } of behaviours(plain)) {
    expect(allowedMethods).toHaveLength(7)
    expect(viewerProtocolPolicy).toBe('https-only')
  }
})

test('an answer that is kept is keyed by token, origin and query, lives as the answer says, and knows no cookie', () => {
  expect(plain.one('CachePolicy').inputs).toMatchObject({
    minTtl: 0,
    defaultTtl: 0,
    parametersInCacheKeyAndForwardedToOrigin: {
      headersConfig: {
        headerBehavior: 'whitelist',
        headers: { items: ['Authorization', 'Origin'] },
      },
      queryStringsConfig: { queryStringBehavior: 'all' },
      cookiesConfig: { cookieBehavior: 'none' },
    },
  })
  expect(plain.one('OriginRequestPolicy').inputs).toMatchObject({
    cookiesConfig: { cookieBehavior: 'none' },
  })
})

test('no error is kept, as its key would be the same for every user, and none is replaced', () => {
  const errors = plain.one('Distribution').inputs['customErrorResponses']
  expect(errors).toHaveLength(11)
  expect(errors).toEqual(
    expect.arrayContaining(
      [403, 404, 500, 503].map(errorCode => ({ errorCode, errorCachingMinTtl: 0 })),
    ),
  )
})

test('all else is the site: read by this distribution only, through the function that knows its paths', () => {
  expect(plain.one('Distribution').inputs).toMatchObject({
    defaultRootObject: 'index.html',
    defaultCacheBehavior: {
      targetOriginId: 'site',
      allowedMethods: ['GET', 'HEAD'],
      functionAssociations: [{ eventType: 'viewer-request' }],
    },
  })
  const [tls, read] = statements('edge-site', plain)
  expect(tls).toMatchObject({
    Effect: 'Deny',
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  })
  expect(read).toMatchObject({
    Principal: { Service: 'cloudfront.amazonaws.com' },
    Condition: { StringEquals: { 'AWS:SourceArn': expect.stringContaining(':distribution/') } },
  })
  expect(plain.all('BucketObjectv2').map(({ inputs }) => inputs['key'])).toEqual([
    '404.html',
    'index.html',
    'site.css',
  ])
})

test('WAF stands before it in us-east-1, and its log holds neither tokens nor cookies', () => {
  expect(plain.one('WebAcl').inputs).toMatchObject({ scope: 'CLOUDFRONT', region: 'us-east-1' })
  expect(plain.one('WebAclLoggingConfiguration').inputs).toMatchObject({
    region: 'us-east-1',
    redactedFields: [
      { singleHeader: { name: 'authorization' } },
      { singleHeader: { name: 'cookie' } },
    ],
  })
  expect(plain.one('Distribution').inputs['webAclId']).toMatch(/^arn:aws:wafv2/)
})

test('every bucket is encrypted, closed to the public and to plain HTTP, and old logs go', () => {
  for (const bucket of ['edge-logs', 'edge-site']) {
    expect(plain.one('PublicAccessBlock', `${bucket}-access`).inputs).toMatchObject({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    })
    plain.one('ServerSideEncryptionConfiguration', `${bucket}-encryption`)
    expect(statements(bucket, plain)[0].Sid).toBe('OnlyTls')
  }
  expect(plain.one('LifecycleConfiguration', 'edge-logs-lifecycle').inputs).toMatchObject({
    rules: [{ expiration: { days: 30 } }],
  })
})

test('a protected stack keeps its load balancer and its buckets', () => {
  expect(named.one('lb/loadBalancer:LoadBalancer').inputs['enableDeletionProtection']).toBe(true)
  for (const stack of [plain, named])
    expect(stack.all('s3/bucket:Bucket').map(({ inputs }) => inputs['forceDestroy'])).toEqual(
      stack === named ? [false, false] : [true, true],
    )
})

test('the names of a long stack stay within the limits of AWS', async () => {
  const long = await edge({ prefix: 'shop-a-very-long-stack-name-of-somebody-who-likes-to-type' })
  const nameOf = (type: string) => text(long.one(type).inputs['name'])
  expect(nameOf('lb/loadBalancer:LoadBalancer').length).toBeLessThanOrEqual(32)
  expect(nameOf('cloudfront/function:Function').length).toBeLessThanOrEqual(64)
  for (const { inputs } of long.all('s3/bucket:Bucket'))
    expect(text(inputs['bucket']).length).toBeLessThanOrEqual(63)
})

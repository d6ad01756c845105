import { uuidOf, type Identity } from './identity.ts'
import type { Wire } from './sdk.ts'
import { shortType } from './stack-preview.ts'

/** Outputs whose shape programs rely on; `id` sets the resource's id. */
export const specialOutputs = (identity: Identity, inputs: Wire): Wire =>
  SPECIAL[shortType(identity.type)]?.(identity, inputs) ?? {}

type Special = (identity: Identity, inputs: Wire) => Wire

const host = ({ name, hash, region }: Identity, service: string): string =>
  `${name}.${hash.slice(0, 12)}.${region}.${service}.amazonaws.com`.toLowerCase()

const randomText = (identity: Identity, length: unknown): string =>
  identity.hash.repeat(8).slice(0, typeof length === 'number' ? length : 32)

const SPECIAL: Record<string, Special> = {
  'acm.Certificate': (identity, { domainName }) => ({
    domainValidationOptions: [
      {
        domainName,
        resourceRecordName: `_${identity.hash.slice(0, 12)}.${String(domainName)}.`,
        resourceRecordType: 'CNAME',
        resourceRecordValue: `_${identity.hash.slice(0, 20)}.acm-validations.aws.`,
      },
    ],
    status: 'ISSUED',
  }),
  'apigatewayv2.Api': ({ hash, region }) => ({
    id: hash.slice(0, 10),
    apiEndpoint: `https://${hash.slice(0, 10)}.execute-api.${region}.amazonaws.com`,
  }),
  'cloudfront.Distribution': ({ hash }) => ({
    domainName: `d${hash.slice(0, 13)}.cloudfront.net`,
    hostedZoneId: 'Z2FDTNDATAQYW2',
  }),
  'ec2.Eip': () => ({ publicIp: '203.0.113.10', privateIp: '10.0.0.10' }),
  'ecr.Repository': ({ account, region, name }) => ({
    repositoryUrl: `${account}.dkr.ecr.${region}.amazonaws.com/${name}`,
  }),
  // Nothing is built: the digest stands for the image and changes with what names it.
  'awsx.Image': ({ hash }, { repositoryUrl, imageTag }) => ({
    imageUri: `${String(repositoryUrl)}:${String(imageTag)}@sha256:${hash}`,
  }),
  'ecs.TaskDefinition': ({ account, region, name }) => ({
    id: name,
    revision: 1,
    arnWithoutRevision: `arn:aws:ecs:${region}:${account}:task-definition/${name}`,
  }),
  'elasticache.ReplicationGroup': (identity, { port }) => ({
    port: port ?? 6379,
    primaryEndpointAddress: `master.${host(identity, 'cache')}`,
    readerEndpointAddress: `replica.${host(identity, 'cache')}`,
  }),
  'lb.LoadBalancer': identity => ({
    dnsName: `internal-${host(identity, 'elb')}`,
    zoneId: 'Z35SXDOTRQ7X7K',
  }),
  'rds.Instance': (identity, { port, manageMasterUserPassword, engineVersion }) => ({
    id: `db-${identity.hash.slice(0, 26).toUpperCase()}`,
    address: host(identity, 'rds'),
    port: port ?? 5432,
    endpoint: `${host(identity, 'rds')}:${Number(port ?? 5432)}`,
    resourceId: `db-${identity.hash.slice(0, 26).toUpperCase()}`,
    engineVersionActual: engineVersion ?? '18.1',
    masterUserSecrets: manageMasterUserPassword === true ? [masterSecret(identity)] : [],
  }),
  'route53.Record': (_, { name }) => ({ fqdn: name }),
  'route53.Zone': ({ hash }) => ({
    zoneId: `Z${hash.slice(0, 17)}`,
    nameServers: [1, 2, 3, 4].map(n => `ns-${n}.awsdns-0${n}.org`),
  }),
  's3.Bucket': ({ name, region }) => ({
    id: name,
    bucket: name,
    bucketDomainName: `${name}.s3.amazonaws.com`,
    bucketRegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
    hostedZoneId: 'Z3AQBSTGFYJSTF',
  }),
  'secretsmanager.SecretVersion': ({ hash }) => ({
    versionId: uuidOf(hash),
    versionStages: ['AWSCURRENT'],
  }),
  'sesv2.EmailIdentity': ({ hash }) => ({
    dkimSigningAttributes: { tokens: [0, 1, 2].map(n => hash.slice(n * 8, n * 8 + 8)) },
    verifiedForSendingStatus: true,
  }),
  'sqs.Queue': ({ account, region, name }) => ({
    id: `https://sqs.${region}.amazonaws.com/${account}/${name}`,
    url: `https://sqs.${region}.amazonaws.com/${account}/${name}`,
  }),
  'random.RandomPassword': (identity, { length }) => ({
    id: 'none',
    result: randomText(identity, length),
    bcryptHash: `$2a$10$${randomText(identity, 53)}`,
  }),
  'random.RandomString': (identity, { length }) => ({ result: randomText(identity, length) }),
  'random.RandomUuid': ({ hash }) => ({ result: uuidOf(hash) }),
  'random.RandomBytes': (identity, { length }) => bytes(identity, length),
  'random.RandomId': (identity, { byteLength }) => bytes(identity, byteLength),
}

function bytes(identity: Identity, length: unknown): Wire {
  const value = Buffer.from(randomText(identity, Number(length) * 2), 'hex')
  return {
    id: value.toString('base64url'),
    hex: value.toString('hex'),
    dec: String(BigInt(`0x${value.toString('hex')}`)),
    base64: value.toString('base64'),
    b64Std: value.toString('base64'),
    b64Url: value.toString('base64url'),
  }
}

const masterSecret = ({ account, region, hash }: Identity): Wire => ({
  secretArn: `arn:aws:secretsmanager:${region}:${account}:secret:rds!db-${uuidOf(hash)}-${hash.slice(0, 6)}`,
  secretStatus: 'active',
  kmsKeyId: `arn:aws:kms:${region}:${account}:key/${uuidOf(hash)}`,
})

import { ACCOUNT } from './identity.ts'
import { policyDocument } from './policy-document.ts'
import type { Wire } from './sdk.ts'
import { sha256 } from './wire.ts'

type Answer = (args: Wire, region: string) => Wire

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** What AWS would answer a program that asks, by Pulumi token without the package. */
const ANSWERS: Record<string, Answer> = {
  'index/getCallerIdentity:getCallerIdentity': () => ({
    id: ACCOUNT,
    accountId: ACCOUNT,
    arn: `arn:aws:iam::${ACCOUNT}:user/preview`,
    userId: 'AIDAPREVIEW',
  }),
  'index/getRegion:getRegion': (_, region) => ({
    id: region,
    region,
    name: region,
    description: region,
    endpoint: `ec2.${region}.amazonaws.com`,
  }),
  'index/getPartition:getPartition': () => ({
    id: 'aws',
    partition: 'aws',
    dnsSuffix: 'amazonaws.com',
    reverseDnsPrefix: 'com.amazonaws',
  }),
  'index/getAvailabilityZones:getAvailabilityZones': (_, region) => ({
    id: region,
    region,
    names: ['a', 'b', 'c'].map(zone => `${region}${zone}`),
    zoneIds: ['az1', 'az2', 'az3'],
    groupNames: [region],
  }),
  'ec2/getPrefixList:getPrefixList': prefixList,
  'ec2/getManagedPrefixList:getManagedPrefixList': prefixList,
  'iam/getPolicyDocument:getPolicyDocument': policyDocument,
  'route53/getZone:getZone': ({ name, zoneId, privateZone = false }) => {
    const id = text(zoneId) || `Z${sha256(text(name)).slice(0, 13).toUpperCase()}`
    return { id, zoneId: id, name, privateZone, nameServers: ['ns-1.awsdns-01.org'] }
  },
  'iam/getOpenIdConnectProvider:getOpenIdConnectProvider': ({ arn, url }) => ({
    id: arn ?? url,
    arn: arn ?? `arn:aws:iam::${ACCOUNT}:oidc-provider/${text(url).replace('https://', '')}`,
    url,
  }),
  'cloudfront/getCachePolicy:getCachePolicy': managedPolicy,
  'cloudfront/getOriginRequestPolicy:getOriginRequestPolicy': managedPolicy,
  'cloudfront/getResponseHeadersPolicy:getResponseHeadersPolicy': managedPolicy,
}

function prefixList({ name, prefixListId, id }: Wire, region: string): Wire {
  const found = text(id) || text(prefixListId) || `pl-${sha256(text(name)).slice(0, 8)}`
  const arn = `arn:aws:ec2:${region}:aws:prefix-list/${found}`
  return { id: found, name, arn, cidrBlocks: ['203.0.113.0/24'], entries: [] }
}

function managedPolicy({ name, id }: Wire): Wire {
  return { name, id: id ?? `policy-${sha256(text(name)).slice(0, 12)}`, etag: 'E1' }
}

/**
 * Answers what a program looks up in AWS.
 * @throws Error for a look-up that is not known here
 */
export function answer(token: string, args: Wire, region: string): Wire {
  const found = token.startsWith('aws:') ? ANSWERS[token.slice('aws:'.length)] : undefined
  if (found) return { ...args, ...found(args, text(args['region']) || region) }
  throw new Error(
    `the program asks ${token}, which the offline preview cannot answer; add it to platform/preview/invokes.ts (known: ${Object.keys(ANSWERS).join(', ')})`,
  )
}

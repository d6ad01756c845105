import type { Resource } from '../resource.ts'

/** What a security group or an address list lets in from the whole world. */
export interface Opening {
  /** Path of the property that opens it. */
  property: string
  /** The address range as written. */
  from: string
  protocol: 'tcp' | 'udp' | 'all' | 'other'
  ports: readonly [first: number, last: number]
}

const LAST_PORT = 65_535
/** Shorter prefixes hold much of the internet; a private range has at least eight bits. */
const WIDEST_PREFIX = 8

/** `0.0.0.0/0`, `::/0`, and the halves that some write in their place. */
export function isWorld(cidr: unknown): cidr is string {
  const bits = typeof cidr === 'string' ? /\/(\d+)$/.exec(cidr)?.[1] : undefined
  return bits !== undefined && Number(bits) < WIDEST_PREFIX
}

/** The types that {@link openingsOf} reads: rules inside a group, and both kinds of rules beside it. */
export const INGRESS_TYPES = [
  'ec2.SecurityGroup',
  'ec2.DefaultSecurityGroup',
  'ec2.SecurityGroupRule',
  'vpc.SecurityGroupIngressRule',
] as const

type Ingress = Readonly<Record<string, unknown>>

/** Everything that a security group's resource opens to the world, wherever the rule is written. */
export function openingsOf({ type, inputs }: Resource<unknown>): Opening[] {
  const values = inputs as Ingress
  switch (type) {
    case 'vpc.SecurityGroupIngressRule':
      return opened('', values, 'ipProtocol')
    case 'ec2.SecurityGroupRule':
      return values['type'] === 'ingress' ? opened('', values) : []
    default:
      return list(values['ingress']).flatMap((rule, i) => opened(`ingress[${i}].`, rule))
  }
}

const CIDRS = ['cidrIpv4', 'cidrIpv6', 'cidrBlocks', 'ipv6CidrBlocks', 'cidrBlock', 'ipv6CidrBlock']

/**
 * What one rule opens. Reads ports only where an address range is the world: the others may be unknown.
 * @param path with a dot at its end, or empty
 */
export const opened = (path: string, rule: Ingress, protocol = 'protocol'): Opening[] =>
  CIDRS.flatMap(property =>
    [rule[property]]
      .flat()
      .filter(isWorld)
      .map(from => ({
        property: `${path}${property}`,
        from,
        protocol: protocolOf(rule[protocol]),
        ports: portsOf(rule[protocol], rule['fromPort'], rule['toPort']),
      })),
  )

/** Names, or the numbers that IANA gave them. */
const PROTOCOLS: Readonly<Record<string, Opening['protocol']>> = {
  tcp: 'tcp',
  '6': 'tcp',
  udp: 'udp',
  '17': 'udp',
  all: 'all',
  '-1': 'all',
}

const protocolOf = (protocol: unknown): Opening['protocol'] =>
  PROTOCOLS[String(protocol).toLowerCase()] ?? 'other'

const portsOf = (protocol: unknown, first: unknown, last: unknown): Opening['ports'] =>
  protocolOf(protocol) === 'all' || first === undefined || Number(first) < 0
    ? [0, LAST_PORT]
    : [Number(first), Number(last ?? first)]

export const includes = ({ ports: [first, last] }: Opening, port: number): boolean =>
  first <= port && port <= last

/** `tcp 22`, `tcp 8000-9000`, `every port` */
export const shownPorts = ({ protocol, ports: [first, last] }: Opening): string =>
  protocol === 'all' ? 'every port' : `${protocol} ${first === last ? first : `${first}-${last}`}`

const list = (value: unknown): readonly Ingress[] =>
  Array.isArray(value) ? value.filter(item => typeof item === 'object' && item !== null) : []

import {
  includes,
  INGRESS_TYPES,
  type Opening,
  opened,
  openingsOf,
  shownPorts,
} from '../reading/openings.ts'
import type { Resource } from '../resource.ts'
import { fail, type Finding, rule, type Rule, type Severity } from '../rule.ts'

/** Ports that anybody may reach. */
const AUTHORISED_PORTS = [80, 443]

/** Ports of what must never be public: remote shells, databases, consoles, development servers. */
const HIGH_RISK_PORTS = [
  20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500,
  5601, 8080, 8088, 8888, 9200, 9300,
]

const isPort = ({ protocol }: Opening): boolean => protocol !== 'other'

const isAuthorised = ({ protocol, ports: [first, last] }: Opening): boolean =>
  protocol === 'tcp' && first === last && AUTHORISED_PORTS.includes(first)

interface Wall {
  control: string
  title: string
  severity: Severity
  why: string
  /** What must not be open to the world. */
  forbids: (opening: Opening) => boolean
}

const WALLS: readonly Wall[] = [
  {
    control: 'EC2.13',
    title: 'Nobody reaches SSH from the whole internet',
    severity: 'high',
    why: 'every address in the world can try passwords and holes of SSH',
    forbids: opening => isPort(opening) && includes(opening, 22),
  },
  {
    control: 'EC2.14',
    title: 'Nobody reaches remote desktops from the whole internet',
    severity: 'high',
    why: 'every address in the world can try passwords and holes of RDP',
    forbids: opening => isPort(opening) && includes(opening, 3389),
  },
  {
    control: 'EC2.18',
    title: `Only ports ${AUTHORISED_PORTS.join(' and ')} are open to the whole internet`,
    severity: 'high',
    why: 'every address in the world can reach it',
    forbids: opening => isPort(opening) && !isAuthorised(opening),
  },
  {
    control: 'EC2.19',
    title: 'Ports of shells, databases and consoles are not open to the whole internet',
    severity: 'critical',
    why: 'these ports are scanned all day and what answers is taken over',
    forbids: opening => isPort(opening) && HIGH_RISK_PORTS.some(port => includes(opening, port)),
  },
]

const found = (opening: Opening | undefined): Finding | undefined =>
  opening &&
  fail(
    opening.property,
    `opens ${shownPorts(opening)} to ${opening.from}`,
    'referencedSecurityGroupId or a prefix list: who is meant, in place of everybody',
  )

const ofGroup = ({ forbids, ...about }: Wall): Rule =>
  rule(INGRESS_TYPES, {
    ...about,
    check: group => found(openingsOf(group).find(forbids)),
  })

const REMOTE_PORTS = [22, 3389]

type AclEntry = Readonly<Record<string, unknown>>

const isRemote = (opening: Opening): boolean =>
  isPort(opening) && REMOTE_PORTS.some(port => includes(opening, port))

/** Inline entries name their action `action`, rules beside the list `ruleAction`. */
const openedBy = (path: string, entry: AclEntry): Opening[] =>
  String(entry['action'] ?? entry['ruleAction']).toLowerCase() === 'allow'
    ? opened(path, entry)
    : []

const ACL = {
  control: 'EC2.21',
  title: 'Network ACLs let nobody reach SSH or remote desktops from the whole internet',
  severity: 'medium',
  why: 'the second wall is open where the first one may fail',
} as const

export const ec2Openings: readonly Rule[] = [
  ...WALLS.map(ofGroup),
  rule('ec2.NetworkAcl', {
    ...ACL,
    check: ({ inputs: { ingress = [] } }) =>
      found(
        ingress
          .flatMap((entry, i) => openedBy(`ingress[${i}].`, entry as unknown as AclEntry))
          .find(isRemote),
      ),
  }),
  rule('ec2.NetworkAclRule', {
    ...ACL,
    applies: ({ inputs }) => inputs.egress !== true,
    check: (entry: Resource<object>) =>
      found(openedBy('', entry.inputs as AclEntry).find(isRemote)),
  }),
]

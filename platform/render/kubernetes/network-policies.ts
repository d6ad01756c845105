import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import type { INetworkPolicyEgressRule } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyEgressRule'
import type { INetworkPolicyIngressRule } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyIngressRule'
import type { INetworkPolicyPeer } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPeer'
import { SERVICE_PORT } from '../../service/ports.ts'
import { asks } from '../../system.ts'
import type { KubernetesOptions } from './options.ts'
import { metadataOf, selectorOf, type Workload } from './workload.ts'

const POSTGRES_PORT = 5432
const REDIS_PORT = 6379
const HTTPS_PORT = 443
const DNS_PORT = 53

/** Addresses inside of networks: where databases are, whether in the cluster or beside it. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']

const tcp = (port: number) =>
  [{ protocol: 'TCP', port }] satisfies INetworkPolicyEgressRule['ports']

const podsIn = (namespace: string): INetworkPolicyPeer => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
})

const podsOf = (service: string): INetworkPolicyPeer => ({
  podSelector: { matchLabels: selectorOf(service, 'service') },
})

/** Some network plugins know pods by their labels and not by their addresses. */
const SOMEWHERE_INSIDE: INetworkPolicyPeer[] = [
  { namespaceSelector: {} },
  ...PRIVATE.map(cidr => ({ ipBlock: { cidr } })),
]

const OUTSIDE: INetworkPolicyPeer[] = [
  { ipBlock: { cidr: '0.0.0.0/0', except: PRIVATE.filter(cidr => !cidr.includes(':')) } },
  { ipBlock: { cidr: '::/0', except: PRIVATE.filter(cidr => cidr.includes(':')) } },
]

const DNS: INetworkPolicyEgressRule = {
  to: [podsIn('kube-system')],
  ports: [
    { protocol: 'UDP', port: DNS_PORT },
    { protocol: 'TCP', port: DNS_PORT },
  ],
}
const DATABASE: INetworkPolicyEgressRule = { to: SOMEWHERE_INSIDE, ports: tcp(POSTGRES_PORT) }

/** Nothing in the namespace may talk to anything. Other policies add to it. */
export const denyAll = (namespace: string): INetworkPolicy => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'deny-all', namespace },
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
})

/** What the manifest implies: its callers and the Gateway come in, it reaches whom it asks and what it needs. */
export const networkPolicyOf = (
  workload: Workload,
  { proxies, payments }: Pick<KubernetesOptions, 'proxies' | 'payments'>,
): INetworkPolicy => {
  const { name, needs, routes } = workload.manifest
  const from = [...workload.callers.map(podsOf), ...(routes.length > 0 ? [podsIn(proxies)] : [])]
  const callees = asks(workload.manifest)
  const ingress: INetworkPolicyIngressRule[] =
    from.length > 0 ? [{ from, ports: tcp(SERVICE_PORT) }] : []
  const egress: INetworkPolicyEgressRule[] = [
    DNS,
    ...(callees.length > 0 ? [{ to: callees.map(podsOf), ports: tcp(SERVICE_PORT) }] : []),
    ...(needs.database ? [DATABASE] : []),
    ...(needs.cache ? [{ to: SOMEWHERE_INSIDE, ports: tcp(REDIS_PORT) }] : []),
    ...(needs.paymentGateway && payments === 'stripe'
      ? [{ to: OUTSIDE, ports: tcp(HTTPS_PORT) }]
      : []),
  ]
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadataOf(workload),
    spec: {
      podSelector: { matchLabels: selectorOf(name, 'service') },
      policyTypes: ['Ingress', 'Egress'],
      ingress,
      egress,
    },
  }
}

/** Migrations reach the database and nobody reaches them. */
export const migrationPolicyOf = (workload: Workload): INetworkPolicy | undefined => {
  if (!workload.manifest.needs.database) return undefined
  const metadata = metadataOf(workload, 'migration')
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { ...metadata, name: `${metadata.name}-migrate` },
    spec: {
      podSelector: { matchLabels: selectorOf(metadata.name, 'migration') },
      policyTypes: ['Ingress', 'Egress'],
      egress: [DNS, DATABASE],
    },
  }
}

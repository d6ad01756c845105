import { expect, test } from 'vitest'
import { PRIVATE_PATHS } from '../../../apps/shared/manifest.ts'
import { type Labels, type Rendered, rendered } from './testing/rendered.ts'

const shop = rendered()

interface Peer {
  podSelector?: { matchLabels?: Labels }
  namespaceSelector?: { matchLabels?: Labels }
  ipBlock?: { cidr: string }
}

/** Whom a policy lets in and out, in words. */
function paths(name: string): { from: string[]; to: string[] } {
  const { ingress = [], egress = [] } = shop.one('NetworkPolicy', name).spec ?? {}
  return {
    from: ingress.flatMap(({ from, ports }) => words(from, ports)),
    to: egress.flatMap(({ to, ports }) => words(to, ports)),
  }
}

const words = (peers: readonly Peer[] = [], ports: readonly { port?: unknown }[] = []): string[] =>
  peers.map(peer => `${wordOf(peer)}:${[...new Set(ports.map(({ port }) => port))].join('+')}`)

function wordOf({ podSelector, namespaceSelector, ipBlock }: Peer): string {
  if (podSelector) return Object.values(podSelector.matchLabels ?? {}).join('/')
  if (namespaceSelector)
    return Object.values(namespaceSelector.matchLabels ?? {}).join() || 'any pod'
  return ipBlock?.cidr ?? '?'
}

const inside = (port: number) =>
  ['any pod', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'].map(
    peer => `${peer}:${port}`,
  )

test('nothing may talk to anything that a manifest does not name', () => {
  expect(shop.one('NetworkPolicy', 'deny-all').spec).toEqual({
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
  })
  expect(paths('inventory')).toEqual({
    from: ['orders/service:8080', 'edge:8080'],
    to: ['kube-system:53', 'users/service:8080', ...inside(5432)],
  })
  expect(paths('orders')).toEqual({
    from: ['payments/service:8080', 'edge:8080'],
    to: [
      'kube-system:53',
      'products/service:8080',
      'inventory/service:8080',
      'users/service:8080',
      ...inside(5432),
    ],
  })
  expect(paths('users').to).toEqual(['kube-system:53', ...inside(5432), ...inside(6379)])
  expect(paths('orders-migrate')).toEqual({ from: [], to: ['kube-system:53', ...inside(5432)] })
})

test('Stripe is reached by payments alone, and only where money is moved', () => {
  const reaching = (rendered: Rendered) =>
    rendered.all('NetworkPolicy').flatMap(({ metadata, spec }) => {
      const to = (spec?.egress ?? []).flatMap(rule => words(rule.to, rule.ports))
      return to.includes('0.0.0.0/0:443') ? [metadata?.name] : []
    })
  expect(reaching(shop)).toEqual(['payments'])
  const sandbox = rendered('--payments', 'sandbox')
  expect(reaching(sandbox)).toEqual([])
  expect(sandbox.one('ConfigMap', 'payments').data).toMatchObject({ PAYMENT_GATEWAY: 'sandbox' })
})

test('requests come from the namespace of the Gateway, or from where its pods are said to run', () => {
  const from = (rendered: Rendered) =>
    rendered
      .one('NetworkPolicy', 'users')
      .spec?.ingress?.flatMap(rule => words(rule.from))
      .at(-1)
  expect(from(shop)).toBe('edge:')
  expect(from(rendered('--proxies', 'envoy'))).toBe('envoy:')
})

test('a Gateway hands on the public routes of the manifests and no private one', () => {
  const routed = shop.all('HTTPRoute').flatMap(({ metadata, spec }) => {
    expect(spec).toMatchObject({
      hostnames: ['shop.test'],
      parentRefs: [{ namespace: 'edge', name: 'public' }],
    })
    return (spec?.rules ?? []).flatMap(({ matches = [], backendRefs = [] }) => {
      expect(backendRefs).toEqual([{ name: metadata?.name, port: 8080 }])
      return matches.map(({ path }) => ({ ...path, service: metadata?.name }))
    })
  })
  expect(routed.filter(({ service }) => service === 'users')).toEqual([
    { type: 'Exact', value: '/.well-known/jwks.json', service: 'users' },
    { type: 'Exact', value: '/.well-known/openid-configuration', service: 'users' },
    { type: 'PathPrefix', value: '/users', service: 'users' },
    { type: 'PathPrefix', value: '/auth', service: 'users' },
  ])
  for (const { value = '' } of routed)
    for (const own of PRIVATE_PATHS) expect(`${own}/`.startsWith(`${value}/`), value).toBe(false)
})

import type { IPodSpec } from 'kubernetes-models/v1/PodSpec'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../apps/shared/config.ts'
import { neededSecrets } from './needed-secrets.ts'
import { KINDS, type Labels, printed, rendered, system } from './testing/rendered.ts'
import { RESTRICTED } from './testing/restricted.ts'

const shop = await printed()

test('every object is one that the published schemas of Kubernetes and the Gateway API take', () => {
  const kinds = new Set(shop.objects.map(({ kind }) => kind))
  expect(kinds).toEqual(new Set(Object.keys(KINDS)))
  for (const object of shop.objects) {
    const kind = KINDS[object.kind as keyof typeof KINDS]
    expect(object.apiVersion).toBe(kind.apiVersion)
    new kind(object as never).validate()
  }
})

test.for([
  ['Deployment', { spec: { selector: {}, template: { spec: { containers: [{}] } } } }],
  ['NetworkPolicy', { spec: { podSelector: {}, ingress: [{ ports: [{ port: {} }] }] } }],
  ['HTTPRoute', { spec: { rules: [{ matches: [{ path: { type: 'Glob' } }] }] } }],
] as const)('a %s that is wrong is seen by its schema', ([kind, wrong]) => {
  expect(() => new KINDS[kind](wrong as never).validate()).toThrow()
})

describe('the pod security standard "restricted"', () => {
  test.for(RESTRICTED)('$control holds for every pod', ({ holds }) => {
    expect(shop.pods()).toHaveLength(12)
    for (const { name, pod } of shop.pods()) expect(holds(pod), name).toBe(true)
  })

  test.for(RESTRICTED)('$control can be broken', ({ holds, breaks }) => {
    const broken = structuredClone(shop.pods()[0]?.pod) as IPodSpec
    breaks(broken)
    expect(holds(broken)).toBe(false)
  })

  test('is enforced by the namespace', () => {
    expect(shop.one('Namespace', 'shop').metadata?.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    })
  })
})

test('a pod writes nowhere but to /tmp, and has no right in the cluster', () => {
  for (const { name, pod } of shop.pods()) {
    const [container] = pod.containers
    expect(container?.securityContext?.readOnlyRootFilesystem, name).toBe(true)
    expect(container?.volumeMounts, name).toEqual([{ name: 'tmp', mountPath: '/tmp' }])
    expect(pod.automountServiceAccountToken, name).toBe(false)
    expect(shop.one('ServiceAccount', pod.serviceAccountName ?? '')).toMatchObject({
      automountServiceAccountToken: false,
    })
  }
})

const SECRET_VALUES: Labels = {
  DATABASE_URL: 'postgres://role:password@host:5432/shop',
  CACHE_URL: 'rediss://cache:6379',
  STRIPE_SECRET_KEY: 'sk_test_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
  KEY_ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'),
}

describe.for([...system.values()].map(manifest => [manifest.name, manifest] as const))(
  '%s',
  ([name, manifest]) => {
    test('has the environment that its configuration reads, secrets by reference', () => {
      const { data = {} } = shop.one('ConfigMap', name)
      const [container] = shop.one('Deployment', name).spec?.template.spec?.containers ?? []
      expect(container?.envFrom).toEqual([{ configMapRef: { name } }])
      const secret = (container?.env ?? []).map(({ name: variable, value, valueFrom }) => {
        expect(value).toBeUndefined()
        expect(valueFrom?.secretKeyRef).toBeDefined()
        return [variable, SECRET_VALUES[variable] ?? 't'.repeat(64)] as const
      })
      expect(Object.keys(data).filter(key => /TOKEN|SECRET|KEY|DATABASE_URL/.test(key))).toEqual([])
      const config = readConfig(manifest, { ...data, ...Object.fromEntries(secret) })
      expect(config.runtime).toMatchObject({
        publicUrl: 'https://shop.test',
        port: 8080,
        version: '1.2.3',
      })
    })

    test('is known by one name to service, autoscaler, budget and policy', () => {
      const { template, selector } = shop.one('Deployment', name).spec ?? {}
      const labels = template?.metadata?.labels as Labels
      const others = shop.pods().filter(pod => pod.labels !== labels)
      const selectors = [
        selector?.matchLabels,
        shop.one('Service', name).spec?.selector,
        shop.one('PodDisruptionBudget', name).spec?.selector?.matchLabels,
        shop.one('NetworkPolicy', name).spec?.podSelector?.matchLabels,
      ]
      for (const one of selectors as Labels[]) {
        expect(selects(one, labels)).toBe(true)
        expect(others.filter(other => selects(one, other.labels))).toEqual([])
      }
      expect(shop.one('HorizontalPodAutoscaler', name).spec).toMatchObject({
        scaleTargetRef: { kind: 'Deployment', name },
        minReplicas: manifest.scale.min,
        maxReplicas: manifest.scale.max,
      })
    })

    test('may stop for as long as its manifest says, after the proxies have heard of it', () => {
      const pod = shop.one('Deployment', name).spec?.template.spec
      const seconds = pod?.containers[0]?.lifecycle?.preStop?.sleep?.seconds ?? 0
      expect(seconds).toBeGreaterThan(0)
      expect(pod?.terminationGracePeriodSeconds).toBe(seconds + manifest.stopSeconds)
    })
  },
)

const selects = (selector: Labels, labels: Labels): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value)

test.for(['stripe', 'sandbox'] as const)(
  'with --payments %s each Secret that is named is one that one is told to make, and no other',
  payments => {
    const told = neededSecrets(system, { payments }).flatMap(({ name, values }) =>
      Object.keys(values).map(key => `${name}/${key}`),
    )
    const named = rendered('--payments', payments)
      .pods()
      .flatMap(({ pod }) => pod.containers.flatMap(({ env = [] }) => env))
      .map(({ valueFrom: { secretKeyRef } = {} }) => `${secretKeyRef?.name}/${secretKeyRef?.key}`)
    expect(told.toSorted()).toEqual([...new Set(named)].toSorted())
  },
)

test('migrations alone hold the right to change tables', () => {
  const holders = shop
    .pods()
    .filter(({ pod }) => pod.containers[0]?.env?.some(({ name }) => name === 'DATABASE_ADMIN_URL'))
  expect(holders).toHaveLength(system.size)
  for (const { name, pod } of holders) {
    expect(name).toMatch(/^Job /)
    expect(pod).toMatchObject({ restartPolicy: 'Never', containers: [{ args: ['migrate'] }] })
  }
})

test('each version and each environment has migrations of its own, and the same only once', () => {
  const jobs = (...more: string[]) =>
    rendered(...more)
      .all('Job')
      .map(({ metadata }) => metadata?.name)
  const before = jobs()
  expect(jobs()).toEqual(before)
  const later = [jobs('--tag', '1.2.4'), jobs('--public-url', 'https://other.test')]
  for (const name of later.flat()) expect(before).not.toContain(name)
})

import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import { Job } from 'kubernetes-models/batch/v1/Job'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { Namespace } from 'kubernetes-models/v1/Namespace'
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec'
import { Service } from 'kubernetes-models/v1/Service'
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import { parseAllDocuments } from 'yaml'
import * as services from '../../../services.ts'
import { systemOf } from '../../../system.ts'
import { type KubernetesObject, kubernetesObjects } from '../objects.ts'
import { optionsOf } from '../options.ts'
import { kubernetes } from '../target.ts'

export const system = systemOf(services)

/** What there may be, with the published schemas. */
export const KINDS = {
  ...{ Namespace, NetworkPolicy, ServiceAccount, ConfigMap, Job, Service, Deployment },
  ...{ HorizontalPodAutoscaler, PodDisruptionBudget, HTTPRoute },
}
type Kinds = typeof KINDS

export type Labels = Record<string, string>

const ARGS = ['--namespace', 'shop', '--image-prefix', 'registry.test/shop', '--tag', '1.2.3']
const EDGE = ['--public-url', 'https://shop.test', '--gateway', 'edge/public']

const given = (more: readonly string[]) => [...ARGS, ...EDGE, ...more]

/** The objects of this platform. */
export const rendered = (...more: string[]): Rendered =>
  new Rendered(kubernetesObjects(system, optionsOf(given(more)), () => tagOf(more)))

const tagOf = (more: readonly string[]): string => optionsOf(given(more)).tag ?? ''

/** What is printed for this platform, read back. */
export async function printed(...more: string[]): Promise<Rendered> {
  const lines: string[] = []
  await kubernetes.render(given(more), {
    system,
    root: '/nowhere',
    print: text => void lines.push(text),
  })
  return new Rendered(
    parseAllDocuments(lines.join('\n')).map(document => {
      if (document.errors[0]) throw document.errors[0]
      return document.toJS() as KubernetesObject
    }),
  )
}

export class Rendered {
  readonly objects: readonly KubernetesObject[]

  constructor(objects: readonly KubernetesObject[]) {
    this.objects = objects
  }

  all<K extends keyof Kinds>(kind: K): InstanceType<Kinds[K]>[] {
    return this.objects.filter(object => object.kind === kind) as InstanceType<Kinds[K]>[]
  }

  one<K extends keyof Kinds>(kind: K, name: string): InstanceType<Kinds[K]> {
    const found = this.all(kind).find(({ metadata }) => metadata?.name === name)
    if (found) return found
    throw new Error(`there is no ${kind} ${name}`)
  }

  pods(): { name: string; labels: Labels; pod: IPodSpec }[] {
    return [...this.all('Deployment'), ...this.all('Job')].map(({ kind, metadata, spec }) => ({
      name: `${kind} ${metadata?.name}`,
      labels: spec?.template.metadata?.labels as Labels,
      pod: spec?.template.spec as IPodSpec,
    }))
  }
}

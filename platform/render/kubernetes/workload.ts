import type { AnyManifest } from '../../../apps/shared/manifest.ts'
import { askedBy, type System } from '../../system.ts'
import type { KubernetesEnvironment } from './environment.ts'

/** One service, as all of its objects see it. */
export interface Workload {
  manifest: AnyManifest
  namespace: string
  image: string
  version: string
  environment: KubernetesEnvironment
  /** Services that ask this one. */
  callers: readonly string[]
}

type Component = 'service' | 'migration'

export const callersOf = (manifest: AnyManifest, system: System): string[] =>
  askedBy(manifest.name, system)

/** What an object is known by; a pod's labels hold these too. */
export const selectorOf = (service: string, component: Component): Record<string, string> => ({
  'app.kubernetes.io/name': service,
  'app.kubernetes.io/component': component,
})

export const labelsOf = (
  { manifest, version }: Pick<Workload, 'manifest' | 'version'>,
  component: Component = 'service',
): Record<string, string> => ({
  ...selectorOf(manifest.name, component),
  'app.kubernetes.io/version': version,
  'app.kubernetes.io/part-of': 'shop',
})

export const metadataOf = (workload: Workload, component: Component = 'service') => ({
  name: workload.manifest.name,
  namespace: workload.namespace,
  labels: labelsOf(workload, component),
})

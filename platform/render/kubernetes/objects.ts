import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap'
import type { INamespace } from 'kubernetes-models/v1/Namespace'
import type { IService } from 'kubernetes-models/v1/Service'
import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import type { AnyManifest } from '../../../apps/shared/manifest.ts'
import { SERVICE_PORT } from '../../service/ports.ts'
import type { System } from '../../system.ts'
import { deploymentOf } from './deployment.ts'
import { kubernetesEnvironment } from './environment.ts'
import { httpRouteOf } from './http-route.ts'
import { migrationJobOf } from './migration-job.ts'
import { denyAll, migrationPolicyOf, networkPolicyOf } from './network-policies.ts'
import type { KubernetesOptions } from './options.ts'
import { autoscalerOf, disruptionBudgetOf } from './scaling.ts'
import { callersOf, metadataOf, selectorOf, type Workload } from './workload.ts'

/** Any object, as the API knows it. */
export interface KubernetesObject {
  apiVersion: string
  kind: string
  metadata?: { name?: string; namespace?: string }
}

/** Everything that a shop in a cluster is made of, in an order in which it can be applied. Pure. */
export function kubernetesObjects(
  system: System,
  options: KubernetesOptions,
  versionOf: (service: string) => string,
): KubernetesObject[] {
  const { namespace } = options
  const workloads = [...system.values()].map(manifest =>
    workloadOf(manifest, system, options, versionOf(manifest.name)),
  )
  return [
    namespaceOf(namespace),
    denyAll(namespace),
    ...workloads.flatMap(workload => objectsOf(workload, options)),
  ]
}

function workloadOf(
  manifest: AnyManifest,
  system: System,
  options: KubernetesOptions,
  version: string,
): Workload {
  return {
    manifest,
    namespace: options.namespace,
    image: `${options.imagePrefix}/${manifest.name}:${version}`,
    version,
    environment: kubernetesEnvironment(manifest, version, options),
    callers: callersOf(manifest, system),
  }
}

/** The namespace refuses what is not "restricted". */
const namespaceOf = (name: string): INamespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name,
    labels: Object.fromEntries(
      ['enforce', 'audit', 'warn'].map(mode => [
        `pod-security.kubernetes.io/${mode}`,
        'restricted',
      ]),
    ),
  },
})

const objectsOf = (workload: Workload, options: KubernetesOptions): KubernetesObject[] =>
  [
    serviceAccountOf(workload),
    configMapOf(workload),
    migrationPolicyOf(workload),
    networkPolicyOf(workload, options),
    migrationJobOf(workload),
    serviceOf(workload),
    deploymentOf(workload),
    autoscalerOf(workload),
    disruptionBudgetOf(workload),
    httpRouteOf(workload, options),
  ].filter(object => object !== undefined)

const serviceAccountOf = (workload: Workload): IServiceAccount => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: metadataOf(workload),
  automountServiceAccountToken: false,
})

const configMapOf = (workload: Workload): IConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadataOf(workload),
  data: workload.environment.plain,
})

const serviceOf = (workload: Workload): IService => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadataOf(workload),
  spec: {
    selector: selectorOf(workload.manifest.name, 'service'),
    ports: [{ name: 'http', port: SERVICE_PORT, targetPort: 'http', appProtocol: 'http' }],
  },
})

import type { IContainer } from 'kubernetes-models/v1/Container'
import type { IEnvVar } from 'kubernetes-models/v1/EnvVar'
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec'
import type { SecretKey } from './environment.ts'
import type { Workload } from './workload.ts'

/** Made in the image; the same in apps/Dockerfile. */
const USER = 10_001

/** What a service and its migrations have in common: the pod security standard "restricted", and a read-only root. */
export const podOf = (
  { manifest }: Workload,
  container: IContainer,
): IPodSpec & { containers: IContainer[] } => ({
  serviceAccountName: manifest.name,
  automountServiceAccountToken: false,
  // Variables such as USERS_PORT would stand beside ours.
  enableServiceLinks: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: USER,
    runAsGroup: USER,
    fsGroup: USER,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  containers: [container],
  volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' } }],
})

/** @param more secrets beside the service's own */
export const containerOf = (
  { manifest, image, environment }: Workload,
  more: Readonly<Record<string, SecretKey>> = {},
): IContainer => ({
  name: manifest.name,
  image,
  envFrom: [{ configMapRef: { name: manifest.name } }],
  env: Object.entries({ ...environment.secret, ...more }).map(fromSecret),
  resources: resourcesOf(manifest.size),
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
  volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
})

const fromSecret = ([name, { secret, key }]: [string, SecretKey]): IEnvVar => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key } },
})

/** No limit of CPU: one stalls a service that its node has time for. */
const resourcesOf = ({ vcpu, memoryMiB }: Workload['manifest']['size']) => ({
  requests: {
    cpu: `${vcpu * 1000}m`,
    memory: `${memoryMiB}Mi`,
    'ephemeral-storage': '64Mi',
  },
  limits: { memory: `${memoryMiB}Mi`, 'ephemeral-storage': '256Mi' },
})

import type { IContainer } from 'kubernetes-models/v1/Container'
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec'

/** One rule of the pod security standard "restricted", which holds those of "baseline" too. */
export interface PodRule {
  /** As the standard names it. */
  control: string
  holds: (pod: IPodSpec) => boolean
  /** A change that breaks it: a rule is tried, not believed. */
  breaks: (pod: IPodSpec) => void
}

const containersOf = ({ containers, initContainers = [], ephemeralContainers = [] }: IPodSpec) =>
  [...containers, ...initContainers, ...ephemeralContainers] as IContainer[]

const all = (pod: IPodSpec, holds: (container: IContainer) => boolean): boolean =>
  containersOf(pod).every(holds)

const first = ({ containers: [container] }: IPodSpec): IContainer => {
  if (container) return container
  throw new Error('the pod has no container')
}

const secure = (pod: IPodSpec, change: NonNullable<IContainer['securityContext']>): void => {
  const container = first(pod)
  container.securityContext = { ...container.securityContext, ...change }
}

/** Of the pod, where its container does not say otherwise. */
const inherited = <K extends 'runAsNonRoot' | 'seccompProfile' | 'runAsUser' | 'seLinuxOptions'>(
  pod: IPodSpec,
  container: IContainer,
  key: K,
) => container.securityContext?.[key] ?? pod.securityContext?.[key]

const VOLUMES = new Set([
  ...(['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral'] as const),
  ...(['persistentVolumeClaim', 'projected', 'secret'] as const),
])
const SYSCTLS = new Set([
  ...([
    'kernel.shm_rmid_forced',
    'net.ipv4.ip_local_port_range',
    'net.ipv4.tcp_syncookies',
  ] as const),
  ...(['net.ipv4.ping_group_range', 'net.ipv4.ip_unprivileged_port_start'] as const),
  ...(['net.ipv4.ip_local_reserved_ports', 'net.ipv4.tcp_keepalive_time'] as const),
  ...(['net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl'] as const),
  ...(['net.ipv4.tcp_keepalive_probes', 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'] as const),
])

const hostsOf = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: IContainer) =>
  [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap(
    handler => [handler?.httpGet?.host, handler?.tcpSocket?.host],
  )

/** Source: Kubernetes, "Pod Security Standards", both profiles, for Linux. */
export const RESTRICTED: readonly PodRule[] = [
  {
    control: 'HostProcess',
    holds: pod =>
      all(pod, ({ securityContext }) => securityContext?.windowsOptions?.hostProcess !== true),
    breaks: pod => secure(pod, { windowsOptions: { hostProcess: true } }),
  },
  {
    control: 'Host Namespaces',
    holds: ({ hostNetwork, hostPID, hostIPC }) => !hostNetwork && !hostPID && !hostIPC,
    breaks: pod => Object.assign(pod, { hostNetwork: true }),
  },
  {
    control: 'Privileged Containers',
    holds: pod => all(pod, ({ securityContext }) => securityContext?.privileged !== true),
    breaks: pod => secure(pod, { privileged: true }),
  },
  {
    control: 'Capabilities',
    holds: pod =>
      all(pod, ({ securityContext: { capabilities } = {} }) => {
        const { drop = [], add = [] } = capabilities ?? {}
        return drop.includes('ALL') && add.every(one => one === 'NET_BIND_SERVICE')
      }),
    breaks: pod => secure(pod, { capabilities: { drop: ['ALL'], add: ['SYS_PTRACE'] } }),
  },
  {
    control: 'Volume Types',
    holds: ({ volumes = [] }) =>
      volumes.every(volume =>
        Object.keys(volume).every(key => key === 'name' || (VOLUMES as Set<string>).has(key)),
      ),
    breaks: pod => Object.assign(pod, { volumes: [{ name: 'root', hostPath: { path: '/' } }] }),
  },
  {
    control: 'Host Ports',
    holds: pod => all(pod, ({ ports = [] }) => ports.every(({ hostPort = 0 }) => hostPort === 0)),
    breaks: pod => Object.assign(first(pod), { ports: [{ containerPort: 80, hostPort: 80 }] }),
  },
  {
    control: 'Host Probes / Lifecycle Hooks',
    holds: pod => all(pod, container => hostsOf(container).every(host => !host)),
    breaks: pod =>
      Object.assign(first(pod), { livenessProbe: { httpGet: { port: 80, host: '10.0.0.1' } } }),
  },
  {
    control: 'AppArmor',
    holds: pod =>
      [
        pod.securityContext,
        ...containersOf(pod).map(({ securityContext }) => securityContext),
      ].every(context => context?.appArmorProfile?.type !== 'Unconfined'),
    breaks: pod => secure(pod, { appArmorProfile: { type: 'Unconfined' } }),
  },
  {
    control: 'SELinux',
    holds: pod =>
      all(pod, container => {
        const { user = '', role = '' } = inherited(pod, container, 'seLinuxOptions') ?? {}
        return user === '' && role === ''
      }),
    breaks: pod => secure(pod, { seLinuxOptions: { user: 'system_u' } }),
  },
  {
    control: '/proc Mount Type',
    holds: pod =>
      all(pod, ({ securityContext }) => (securityContext?.procMount ?? 'Default') === 'Default'),
    breaks: pod => secure(pod, { procMount: 'Unmasked' }),
  },
  {
    control: 'Sysctls',
    holds: ({ securityContext }) =>
      (securityContext?.sysctls ?? []).every(({ name }) => (SYSCTLS as Set<string>).has(name)),
    breaks: pod =>
      Object.assign(pod, { securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }),
  },
  {
    control: 'Privilege Escalation',
    holds: pod =>
      all(pod, ({ securityContext }) => securityContext?.allowPrivilegeEscalation === false),
    breaks: pod => secure(pod, { allowPrivilegeEscalation: true }),
  },
  {
    control: 'Running as Non-root',
    holds: pod => all(pod, container => inherited(pod, container, 'runAsNonRoot') === true),
    breaks: pod => secure(pod, { runAsNonRoot: false }),
  },
  {
    control: 'Running as Non-root user',
    holds: pod => all(pod, container => inherited(pod, container, 'runAsUser') !== 0),
    breaks: pod => secure(pod, { runAsUser: 0 }),
  },
  {
    control: 'Seccomp',
    holds: pod =>
      all(pod, container =>
        ['RuntimeDefault', 'Localhost'].includes(
          inherited(pod, container, 'seccompProfile')?.type ?? '',
        ),
      ),
    breaks: pod => secure(pod, { seccompProfile: { type: 'Unconfined' } }),
  },
]

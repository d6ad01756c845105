/** A stack at a moment. What AWS does not say is undefined. */
export interface StackStatus {
  stack: string
  cluster: string
  region: string
  at: Date
  services: ServiceStatus[]
  /** How many there are. */
  alarms: number
  /** Those that have gone off. */
  alarmed: AlarmStatus[]
}

export interface ServiceStatus {
  name: string
  /** Of its images; the hash of what it is built from. Undefined: ECS has no such service. */
  version: string | undefined
  desired: number
  running: number
  deployment: DeploymentStatus | undefined
  /** Undefined where it consumes no events. */
  queue: QueueStatus | undefined
}

export interface DeploymentStatus {
  /** As ECS names it: `SUCCESSFUL`, `ROLLBACK_SUCCESSFUL`. */
  status: string
  at: Date
}

export interface QueueStatus {
  waiting: number
  /** Of the event that waits longest, in the last minutes. */
  oldestSeconds: number
  dead: number
}

export interface AlarmStatus {
  name: string
  /** Undefined: it is of the platform, not of one service. */
  service: string | undefined
  since: Date | undefined
  reason: string
}

import type * as pulumi from '@pulumi/pulumi'
import type { AnyManifest } from '../../apps/shared/manifest.ts'
import type { AlarmSet } from '../observability/alarms.ts'
import type { Account } from '../account.ts'
import type { Cache } from '../data/cache.ts'
import type { Cluster } from './cluster.ts'
import type { ServiceDatabase } from '../data/databases.ts'
import type { Edge } from '../edge/edge.ts'
import type { EncryptionKey } from '../data/encryption-key.ts'
import type { Events } from '../events/events.ts'
import type { Messaging } from '../messaging/messaging.ts'
import type { ListenerRule } from '../edge/listener-rules.ts'
import type { PaymentGateway } from '../config/payment-gateway.ts'
import type { Network } from '../network/network.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import type { Tables } from '../data/tables.ts'

/** What all services of a stack stand on. */
export interface Foundation {
  prefix: string
  account: Account
  /** Encrypts secrets, logs, images and tables. */
  key: EncryptionKey
  network: Network
  cache: Cache
  events: Events
  tables: Tables
  messaging: Messaging
  cluster: Cluster
  edge: Edge
  /** Who moves money. */
  paymentGateway: PaymentGateway
  alarmTopicArn: pulumi.Input<string>
  alarmSet: AlarmSet
  /** Origins of web pages that may call the API from a browser. */
  corsOrigins: readonly string[]
  /** Days that logs are kept. */
  logDays: number
  /** Keeps images and secrets when the stack is destroyed. */
  protect: boolean
  architecture: 'arm64' | 'x86_64'
  /** Share of tasks on Fargate Spot in percent. */
  spotPercent: number
  /** Lets `aws ecs execute-command` into tasks. */
  exec: boolean
  /** Whether `pulumi up` runs migrations first and waits until ECS has rolled out. */
  rollouts: 'leave' | 'wait'
  /** Of a service: the hash of its sources, tag of its image. */
  versionOf: (service: string) => string
  /** Folder that the image of a version is built from. */
  contextOf: (service: string, version: string) => string
}

/** What a caller must know of a service. */
export interface Callee {
  securityGroupId: pulumi.Output<string>
  service: pulumi.Resource
}

export interface ServiceArgs extends Foundation {
  manifest: AnyManifest
  /** Size, bounds and settings in this stack. */
  config: ServiceConfig
  /** Undefined where the service needs none. */
  database: ServiceDatabase | undefined
  rules: readonly ListenerRule[]
  /** The services that this one asks; they are deployed before it. */
  callees: ReadonlyMap<string, Callee>
  /** By the callee's name: proves who calls. */
  callTokens: ReadonlyMap<string, pulumi.Input<string>>
}

import * as pulumi from '@pulumi/pulumi'
import type { PushPlatform } from '../../apps/shared/environment.ts'
import type { AnyManifest } from '../../apps/shared/manifest.ts'
import type { Domain } from '../edge/edge-certificates.ts'
import { Mail } from './mail.ts'

export interface MessagingArgs {
  /** First part of every physical name: `shop-dev`. */
  prefix: string
  services: readonly AnyManifest[]
  /** Mail comes from it unless `mailFrom` says otherwise. */
  domain?: Domain
  /** Sender; without it and without a domain no mail is sent. */
  mailFrom?: string
  /** Text messages are sent; each costs. */
  sms: boolean
  /** ARNs; AWS takes the credentials of Apple and Google when they are made, so they are made by hand. */
  pushApplications: Partial<Record<PushPlatform, string>>
}

/** How services reach people: mail by SES, text and push messages by SNS. Free until something is sent. */
export class Messaging extends pulumi.ComponentResource {
  /** Undefined: no mail is sent. */
  readonly mail: Mail | undefined
  readonly sms: boolean
  readonly pushApplications: MessagingArgs['pushApplications']

  constructor(name: string, args: MessagingArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:Messaging', name, {}, opts)
    const { prefix, services, domain } = args
    const from = args.mailFrom ?? (domain && `no-reply@${domain.name}`)
    this.mail =
      from !== undefined && services.some(({ needs }) => needs.mail)
        ? new Mail(`${name}-mail`, { prefix, from, ...(domain && { domain }) }, { parent: this })
        : undefined
    this.sms = args.sms
    this.pushApplications = args.pushApplications
    this.registerOutputs({})
  }
}

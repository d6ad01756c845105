import type { Config } from '../shared/config.ts'
import { type PushPlatform, PUSH_PLATFORMS } from '../shared/environment.ts'
import type { MessageChannel } from './channels/channel.ts'
import { fileChannel } from './channels/file-channel.ts'
import type { SnsPush } from './channels/sns-push.ts'
import type manifest from './manifest.ts'
import type { NotifyDeps } from './notify.ts'

/** An app's way to the push service. */
export type PushChannel = Pick<SnsPush, 'send' | 'register' | 'forget'>

/** What can be sent here; a channel that the stack does not have is undefined. */
export interface Channels {
  email: MessageChannel | undefined
  sms: MessageChannel | undefined
  push: PushChannel | undefined
  pushPlatforms: readonly PushPlatform[]
  /** Addresses that have bounced since then; undefined where nobody tells. */
  bounced: ((since: Date) => AsyncIterable<string>) | undefined
  close: () => void
}

type ChannelConfig = Pick<Config<typeof manifest>, 'mail' | 'sms' | 'push'>

/** The clients of AWS are loaded where they are used: a laptop starts without. */
export async function openChannels({ mail, sms, push }: ChannelConfig): Promise<Channels> {
  const ses =
    mail.folder === undefined && mail.from !== undefined
      ? (await import('./channels/ses-mail.ts')).sesMail({ ...mail, from: mail.from })
      : undefined
  const text =
    sms.folder === undefined && sms.enabled
      ? (await import('./channels/sns-text.ts')).snsText()
      : undefined
  const platforms = PUSH_PLATFORMS.filter(platform => push.applications[platform] !== undefined)
  const sns =
    push.folder === undefined && platforms.length > 0
      ? (await import('./channels/sns-push.ts')).snsPush(push.applications)
      : undefined
  return {
    email: ses ?? inFolder(mail.folder, 'email'),
    sms: text ?? inFolder(sms.folder, 'sms'),
    push: sns ?? pushInFolder(push.folder),
    pushPlatforms: push.folder === undefined ? platforms : PUSH_PLATFORMS,
    bounced: ses?.bounced,
    close: () => {
      for (const each of [ses, text, sns]) each?.close()
    },
  }
}

const inFolder = (folder: string | undefined, channel: 'email' | 'sms' | 'push') =>
  folder === undefined ? undefined : fileChannel(folder, channel)

function pushInFolder(folder: string | undefined): PushChannel | undefined {
  const files = inFolder(folder, 'push')
  return (
    files && {
      ...files,
      register: (platform, token) => Promise.resolve(`${platform}:${token}`),
      forget: () => Promise.resolve(),
    }
  )
}

/** Whether a message can go out here by this way. */
export const canSendBy =
  ({ email, sms, push, pushPlatforms }: Channels): NotifyDeps['canSend'] =>
  (channel, device) => {
    if (channel === 'email') return email !== undefined
    if (channel === 'sms') return sms !== undefined
    return push !== undefined && pushPlatforms.some(platform => platform === device)
  }

import { z } from 'zod'
import type { Read } from './config.ts'
import type { PushPlatform } from './environment.ts'
import type { AnyManifest } from './manifest.ts'

export interface MailConfig {
  /** Sender; undefined: no mail is sent. */
  from: string | undefined
  configurationSet: string | undefined
  /** Mail is written there and not sent. */
  folder: string | undefined
}

export interface SmsConfig {
  /** False, and no folder: no text message is sent. */
  enabled: boolean
  folder: string | undefined
}

export interface PushConfig {
  /** ARN of the SNS platform application; undefined: apps on this platform get no messages. */
  applications: Record<PushPlatform, string | undefined>
  folder: string | undefined
}

const pushApplication = z
  .string()
  .regex(
    /^arn:[a-z-]+:sns:[^:]+:[^:]+:app\//,
    'must be the ARN of a platform application: arn:aws:sns:eu-west-1:123456789012:app/APNS/name',
  )

/** How a service sends mail, text messages and push messages: what its manifest asks for. */
export function readMessaging(needs: AnyManifest['needs'], read: Read) {
  const folder = (variable: string) => read(variable, z.string().optional())
  return {
    ...(needs.mail && {
      mail: {
        from: read('MAIL_FROM', z.email('must be an e-mail address').optional()),
        configurationSet: read('MAIL_CONFIGURATION_SET', z.string().optional()),
        folder: folder('MAIL_FOLDER'),
      },
    }),
    ...(needs.sms && {
      sms: {
        enabled: read('SMS_ENABLED', z.literal('true', 'must be true').optional()) === 'true',
        folder: folder('SMS_FOLDER'),
      },
    }),
    ...(needs.push && {
      push: {
        applications: {
          ios: read('PUSH_IOS_APPLICATION', pushApplication.optional()),
          android: read('PUSH_ANDROID_APPLICATION', pushApplication.optional()),
        },
        folder: folder('PUSH_FOLDER'),
      },
    }),
  }
}

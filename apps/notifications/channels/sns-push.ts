import {
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  NotFoundException,
  PublishCommand,
  SNSClient,
} from '@aws-sdk/client-sns'
import type { PushPlatform } from '../../shared/environment.ts'
import { CLIENT_OPTIONS, notSent, timeLimit } from './aws-call.ts'
import { type MessageChannel, NotSent } from './channel.ts'

export interface SnsPush extends MessageChannel {
  /** Makes the app known to the push service. Returns the ARN that messages go `to`. @throws {NotSent} */
  register: (platform: PushPlatform, token: string) => Promise<string>
  /** Nobody is to be reached there any more. An endpoint that is not there is no error. */
  forget: (endpoint: string) => Promise<void>
  close: () => void
}

/** Push messages by Amazon SNS, through an application for each platform. */
export function snsPush(applications: Record<PushPlatform, string | undefined>): SnsPush {
  const client = new SNSClient(CLIENT_OPTIONS)
  return {
    register: async (platform, Token) => {
      const PlatformApplicationArn = applications[platform]
      if (PlatformApplicationArn === undefined)
        throw new NotSent('refused', `there is no application for ${platform}`)
      try {
        const { EndpointArn = '' } = await client.send(
          new CreatePlatformEndpointCommand({ PlatformApplicationArn, Token }),
          timeLimit(),
        )
        return EndpointArn
      } catch (error) {
        throw notSent(error, ({ name }) =>
          name.startsWith('InvalidParameter') ? 'bounced' : undefined,
        )
      }
    },
    send: async ({ key, kind, to, subject, text }) => {
      try {
        const { MessageId } = await client.send(
          new PublishCommand({
            TargetArn: to,
            MessageStructure: 'json',
            Message: payloadOf({ key, kind, title: subject, body: text }),
          }),
          timeLimit(),
        )
        return { providerId: MessageId ?? '' }
      } catch (error) {
        // The app was removed from the device: SNS learned it by an earlier message.
        throw notSent(error, ({ name }) =>
          ['EndpointDisabled', 'EndpointDisabledException', 'NotFoundException'].includes(name)
            ? 'bounced'
            : undefined,
        )
      }
    },
    forget: async EndpointArn => {
      try {
        await client.send(new DeleteEndpointCommand({ EndpointArn }), timeLimit())
      } catch (error) {
        if (!(error instanceof NotFoundException)) throw error
      }
    },
    close: () => client.destroy(),
  }
}

interface Payload {
  key: string
  kind: string
  title: string
  body: string
}

/** What each push service reads, as text in JSON. A key twice replaces the message on the device: no double. */
function payloadOf({ key, kind, title, body }: Payload): string {
  const alert = { title, body }
  const apple = JSON.stringify({ aps: { alert, sound: 'default', 'thread-id': kind } })
  const google = JSON.stringify({
    fcmV1Message: {
      message: { notification: alert, android: { notification: { tag: key } }, data: { kind } },
    },
  })
  return JSON.stringify({ default: body, APNS: apple, APNS_SANDBOX: apple, GCM: google })
}

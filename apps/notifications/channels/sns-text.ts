import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { CLIENT_OPTIONS, notSent, timeLimit } from './aws-call.ts'
import type { MessageChannel } from './channel.ts'

/** Text messages by Amazon SNS. */
export function snsText(): MessageChannel & { close: () => void } {
  const client = new SNSClient(CLIENT_OPTIONS)
  return {
    send: async ({ to, text }) => {
      try {
        const { MessageId } = await client.send(
          new PublishCommand({
            PhoneNumber: to,
            Message: text,
            MessageAttributes: {
              'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' },
            },
          }),
          timeLimit(),
        )
        return { providerId: MessageId ?? '' }
      } catch (error) {
        throw notSent(error, ({ name, message }) => {
          if (/opted out/i.test(message)) return 'bounced'
          return name.startsWith('InvalidParameter') ? 'bounced' : undefined
        })
      }
    },
    close: () => client.destroy(),
  }
}

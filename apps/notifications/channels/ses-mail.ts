import {
  ListSuppressedDestinationsCommand,
  SendEmailCommand,
  SESv2Client,
} from '@aws-sdk/client-sesv2'
import { CLIENT_OPTIONS, notSent, timeLimit } from './aws-call.ts'
import type { MessageChannel, Verdict } from './channel.ts'

export interface SesMail extends MessageChannel {
  /** Addresses that bounced or complained since then, as SES tells it. */
  bounced: (since: Date) => AsyncIterable<string>
  close: () => void
}

interface SesOptions {
  from: string
  configurationSet: string | undefined
}

/** Mail by Amazon SES. */
export function sesMail({ from, configurationSet }: SesOptions): SesMail {
  const client = new SESv2Client(CLIENT_OPTIONS)
  return {
    send: async ({ key, kind, to, subject, text, html }) => {
      const part = (Data: string) => ({ Data, Charset: 'UTF-8' })
      try {
        const { MessageId } = await client.send(
          new SendEmailCommand({
            FromEmailAddress: from,
            Destination: { ToAddresses: [to] },
            ...(configurationSet !== undefined && { ConfigurationSetName: configurationSet }),
            EmailTags: [{ Name: 'kind', Value: kind }],
            Content: {
              Simple: {
                Subject: part(subject),
                Body: { Text: part(text), Html: part(html) },
                // Tells apart what is alike, and the rare mail that was sent twice by.
                Headers: [{ Name: 'X-Entity-Ref-ID', Value: key }],
              },
            },
          }),
          timeLimit(),
        )
        return { providerId: MessageId ?? '' }
      } catch (error) {
        throw notSent(error, verdictOf)
      }
    },
    bounced: since => bounced(client, since),
    close: () => client.destroy(),
  }
}

async function* bounced(client: SESv2Client, since: Date): AsyncIterable<string> {
  let next: string | undefined
  do {
    const page = await client.send(
      new ListSuppressedDestinationsCommand({ StartDate: since, NextToken: next }),
      timeLimit(),
    )
    for (const { EmailAddress } of page.SuppressedDestinationSummaries ?? [])
      if (EmailAddress !== undefined) yield EmailAddress
    next = page.NextToken
  } while (next !== undefined)
}

/** What is paused or over a quota goes on later; so does what nobody knows. */
function verdictOf({ name, message }: { name: string; message: string }): Verdict | undefined {
  if (name === 'BadRequestException' && /address|domain|local part/i.test(message)) return 'bounced'
  if (name === 'MessageRejected' && /blacklist|suppress/i.test(message)) return 'bounced'
  // A sender that is not confirmed yet is: the operator opens the link, and mail flows.
  if (name === 'MessageRejected' && /not verified/i.test(message)) return 'later'
  return ['MessageRejected', 'BadRequestException'].includes(name) ? 'refused' : undefined
}

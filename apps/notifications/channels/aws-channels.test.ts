import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { CreateEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2'
import { CreatePlatformApplicationCommand, SNSClient } from '@aws-sdk/client-sns'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { MessageChannel, Outgoing } from './channel.ts'
import { sesMail } from './ses-mail.ts'
import { snsPush } from './sns-push.ts'
import { snsText } from './sns-text.ts'

const message = (change: Partial<Outgoing> = {}): Outgoing => ({
  ...{ key: randomUUID(), at: '2026-01-01T10:00:00.000Z', kind: 'order_paid' },
  ...{ to: 'ada@example.com', subject: 'Grüße — 日本', text: 'Text', html: '<p>Text</p>' },
  ...change,
})

/** What AWS_ENDPOINT_URL names; without one these say that they did not run. */
describe.runIf(process.env['AWS_ENDPOINT_URL'] !== undefined)('against the AWS API', () => {
  const from = `shop-${randomUUID()}@example.com`

  test('SES takes a mail from a confirmed sender and names it', async () => {
    const client = new SESv2Client({})
    await client.send(new CreateEmailIdentityCommand({ EmailIdentity: from }))
    client.destroy()
    const mail = sesMail({ from, configurationSet: undefined })
    expect((await mail.send(message())).providerId).not.toBe('')
    mail.close()
  })

  test('a sender that is not confirmed is no end: the mail goes once it is', async () => {
    const mail = sesMail({
      from: `nobody-${randomUUID()}@example.org`,
      configurationSet: undefined,
    })
    await expect(mail.send(message())).rejects.toMatchObject({ name: 'NotSent', verdict: 'later' })
    mail.close()
  })

  test('SNS takes a text message', async () => {
    const sms = snsText()
    expect((await sms.send(message({ to: '+15555550123' }))).providerId).not.toBe('')
    sms.close()
  })

  test('an app is registered, gets a push message, and is forgotten', async () => {
    const client = new SNSClient({})
    const { PlatformApplicationArn } = await client.send(
      new CreatePlatformApplicationCommand({
        ...{
          Name: `app-${randomUUID()}`,
          Platform: 'GCM',
          Attributes: { PlatformCredential: 'x' },
        },
      }),
    )
    client.destroy()
    const push = snsPush({ android: PlatformApplicationArn, ios: undefined })
    const to = await push.register('android', 'token-0123456789abcdef')
    expect(await push.register('android', 'token-0123456789abcdef')).toBe(to)
    expect((await push.send(message({ to }))).providerId).not.toBe('')
    await push.forget(to)
    await push.forget(to)
    await expect(push.send(message({ to }))).rejects.toMatchObject({ verdict: 'bounced' })
    await expect(push.register('ios', 'x')).rejects.toMatchObject({ verdict: 'refused' })
    push.close()
  })
})

/** Answers as the providers do when they do not take a message; AWS documents these codes. */
describe('what a provider does not take', () => {
  let server: Server
  let answer: { status: number; type: string; message: string }
  const bodies: string[] = []

  beforeAll(async () => {
    server = createServer((incoming, outgoing) => {
      let body = ''
      incoming.on('data', chunk => (body += String(chunk)))
      incoming.on('end', () => {
        bodies.push(body)
        if (incoming.headers['content-type']?.includes('json'))
          outgoing
            .writeHead(answer.status, { 'x-amzn-errortype': answer.type })
            .end(JSON.stringify({ message: answer.message }))
        else
          outgoing
            .writeHead(answer.status, { 'content-type': 'text/xml' })
            .end(
              `<ErrorResponse><Error><Type>Sender</Type><Code>${answer.type}</Code><Message>${answer.message}</Message></Error></ErrorResponse>`,
            )
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(() => server?.close())
  beforeEach(() => {
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    for (const [name, value] of [
      ...[['AWS_REGION', 'eu-west-1'] as const, ['AWS_ACCESS_KEY_ID', 'x'] as const],
      ['AWS_SECRET_ACCESS_KEY', 'x'] as const,
    ])
      vi.stubEnv(name, value)
  })
  afterEach(() => vi.unstubAllEnvs())

  const verdict = async (channel: MessageChannel & { close: () => void }, to: string) => {
    const error: unknown = await channel.send(message({ to })).catch((thrown: unknown) => thrown)
    channel.close()
    return error
  }
  const mail = () => sesMail({ from: 'shop@example.com', configurationSet: 'shop' })

  test.each([
    ['TooManyRequestsException', 429, 'Maximum sending rate exceeded.', 'later'],
    ['LimitExceededException', 400, 'Daily message quota exceeded.', 'later'],
    ['SendingPausedException', 400, 'Paused', 'later'],
    ['AccountSuspendedException', 400, 'Suspended', 'later'],
    ['InternalServiceErrorException', 500, 'Oops', 'later'],
    ['MessageRejected', 400, 'Email address is not verified.', 'later'],
    ['MessageRejected', 400, 'Address blacklisted.', 'bounced'],
    ['BadRequestException', 400, 'Local address contains control or whitespace', 'bounced'],
    ['MessageRejected', 400, 'Illegal content', 'refused'],
    ['BadRequestException', 400, 'Header too long', 'refused'],
  ] as const)('mail, %s (%i: %s): %s %s', async (type, status, text, expected) => {
    answer = { type, status, message: text }
    const error = await verdict(mail(), 'ada@example.com')
    expect(error).toMatchObject({
      name: 'NotSent',
      verdict: expected,
      message: `${type} (${status})`,
    })
  })

  test.each([
    ['Throttling', 400, 'Rate exceeded', 'later'],
    ['InternalError', 500, 'Oops', 'later'],
    ['InvalidParameter', 400, 'Invalid parameter: PhoneNumber', 'bounced'],
    ['KMSOptInRequired', 403, 'The phone number is opted out', 'bounced'],
  ] as const)('a text message, %s (%i: %s): %s', async (type, status, text, expected) => {
    answer = { type, status, message: text }
    expect(await verdict(snsText(), '+15555550123')).toMatchObject({ verdict: expected })
  })

  test.each([
    ['Throttled', 429, 'later'],
    ['EndpointDisabled', 400, 'bounced'],
    ['NotFound', 404, 'bounced'],
  ] as const)('a push message, %s (%i): %s', async (type, status, expected) => {
    answer = { type, status, message: 'x' }
    const push = snsPush({ ios: undefined, android: undefined })
    const endpoint = 'arn:aws:sns:eu-west-1:123456789012:endpoint/GCM/shop/1'
    expect(await verdict(push, endpoint)).toMatchObject({ verdict: expected })
  })

  test('one try is one request: the deliveries themselves are tried again', async () => {
    answer = { type: 'InternalServiceErrorException', status: 500, message: 'x' }
    bodies.length = 0
    await verdict(mail(), 'ada@example.com')
    expect(bodies).toHaveLength(1)
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({
      ...{ FromEmailAddress: 'shop@example.com', ConfigurationSetName: 'shop' },
      Destination: { ToAddresses: ['ada@example.com'] },
      Content: { Simple: { Subject: { Data: 'Grüße — 日本', Charset: 'UTF-8' } } },
    })
  })

  test('a provider that can not be reached is tried again later', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1')
    const error = await verdict(mail(), 'ada@example.com')
    expect(error).toMatchObject({ name: 'NotSent', verdict: 'later' })
    expect(String(error)).not.toContain('ada@')
  })
})

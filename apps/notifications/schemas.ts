import { z } from 'zod'
import { PageQuery } from '../shared/http/page.ts'
import { whenGiven } from '../shared/http/validation.ts'
import { CHANNELS, OPEN_KINDS } from './kinds.ts'

export const MessageView = z
  .object({
    id: z.uuid(),
    kind: z.enum(OPEN_KINDS as [string, ...string[]]),
    title: z.string(),
    body: z.string(),
    data: z.record(z.string(), z.string()).describe('Ids of what it is about, such as order_id'),
    created_at: z.iso.datetime(),
    read_at: z.iso.datetime().nullable(),
  })
  .meta({
    id: 'Notification',
    examples: [
      {
        id: '0199f3a0-7a55-7f1a-9a39-0d6f3c3b8f6e',
        kind: 'order_shipped',
        title: 'Your order 6f1f6d3c is on its way',
        body: 'We have shipped your order 6f1f6d3c.',
        data: { order_id: '6f1f6d3c-7a55-4f1a-9a39-0d6f3c3b8f6e' },
        created_at: '2026-11-22T12:00:00.000Z',
        read_at: null,
      },
    ],
  })

export const MessageViews = z.array(MessageView)

export const MessageList = PageQuery.extend({
  unread: z
    .enum(['true', 'false'], 'must be true or false')
    .optional()
    .describe('true: only those that were not read'),
})

export const MessageId = z.object({ notification_id: z.uuid('must be a UUID') })
export const DeviceId = z.object({ device_id: z.uuid('must be a UUID') })

const channels = <T extends z.ZodType>(value: T) =>
  z.strictObject(
    Object.fromEntries(CHANNELS.map(channel => [channel, value])) as {
      [C in (typeof CHANNELS)[number]]: T
    },
  )
const kinds = <T extends z.ZodType>(value: T) =>
  z.strictObject(
    Object.fromEntries(OPEN_KINDS.map(kind => [kind, value])) as {
      [K in (typeof OPEN_KINDS)[number]]: T
    },
  )

/** What is sent by which channel. Passwords and addresses are mailed whatever stands here. */
export const Preferences = kinds(channels(z.boolean())).meta({ id: 'NotificationPreferences' })

/** What is left out stays as it is. */
export const PreferencesUpdate = kinds(channels(z.boolean()).partial())
  .partial()
  .meta({
    id: 'NotificationPreferencesUpdate',
    examples: [{ order_shipped: { sms: true, push: false } }],
  })

const appToken = z
  .string({ error: whenGiven('must be the token that Apple or Google gave the app') })
  .regex(/^[\x21-\x7e]{16,4096}$/, 'must be the token that Apple or Google gave the app')

export const DeviceCreate = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('phone'),
      phone_number: z
        .string({ error: whenGiven('must be a number such as +4930123456') })
        .regex(/^\+[1-9]\d{6,14}$/, 'must be a number such as +4930123456'),
    }),
    z.object({ type: z.literal('ios'), token: appToken }),
    z.object({ type: z.literal('android'), token: appToken }),
  ])
  .meta({
    id: 'DeviceCreate',
    examples: [{ type: 'phone', phone_number: '+4930123456' }],
  })

export const Device = z
  .object({
    id: z.uuid(),
    type: z.enum(['phone', 'ios', 'android']),
    name: z.string().describe('What its owner knows it by; the end of a number or token'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Device' })

export const Devices = z.array(Device)

export type MessageJson = z.input<typeof MessageView>
export type PreferencesView = z.input<typeof Preferences>
export type DeviceView = z.input<typeof Device>

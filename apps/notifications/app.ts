import type { Hono } from 'hono'
import { decodeJwt } from 'jose'
import type { Auth } from '../shared/auth/auth.ts'
import type { Database } from '../shared/database/database.ts'
import { type AppEnv, service } from '../shared/http/http.ts'
import { describe, documents, problemSpec } from '../shared/http/openapi.ts'
import { LINK_HEADER, setNextLink } from '../shared/http/page.ts'
import { answers, answersNothing, body, params, query } from '../shared/http/validation.ts'
import { addDevice, listDevices, removeDevice } from './devices.ts'
import { listMessages, markRead } from './messages.ts'
import type { NotifyDeps } from './notify.ts'
import { changePreferences, findPreferences } from './preferences.ts'
import {
  Device,
  DeviceCreate,
  DeviceId,
  Devices,
  MessageId,
  MessageList,
  MessageView,
  MessageViews,
  Preferences,
  PreferencesUpdate,
} from './schemas.ts'
import { openStream, type StreamDeps } from './stream.ts'

export interface NotificationsApp extends StreamDeps {
  database: Database
  auth: Auth
  canSend: NotifyDeps['canSend']
  forgetEndpoints: (endpoints: readonly string[]) => Promise<void>
  corsOrigins: readonly string[]
}

/** Every path of the notifications service. */
export function createApp(deps: NotificationsApp): Hono<AppEnv> {
  const { database, auth } = deps
  const user = auth.requireUser()

  return service(deps.log, deps.corsOrigins)
    .get(
      '/notifications',
      describe('My notifications, newest first'),
      user,
      query(MessageList),
      answers(200, MessageViews, { headers: LINK_HEADER }),
      async c => {
        const page = await listMessages(database, c.var.caller.id, c.req.valid('query'))
        setNextLink(c, page.next)
        return c.var.answer(page.items)
      },
    )
    .put(
      '/notifications/:notification_id/read',
      describe('Mark a notification as read', { 404: 'Notification not found' }),
      user,
      params(MessageId),
      answers(200, MessageView),
      async c =>
        c.var.answer(
          await markRead(database, c.var.caller.id, c.req.valid('param').notification_id),
        ),
    )
    .get(
      '/notifications/stream',
      describe('My notifications as they come: server-sent events', {
        429: 'Too many streams of one user are open',
      }),
      documents(STREAM),
      user,
      async c =>
        openStream(deps, {
          userId: c.var.caller.id,
          lastEventId: c.req.header('last-event-id'),
          tokenExpires: expiryOf(c.req.header('authorization')),
          left: c.req.raw.signal,
        }),
    )
    .get(
      '/notifications/preferences',
      describe('What I am told by which channel'),
      user,
      answers(200, Preferences),
      async c => c.var.answer(await findPreferences(database, c.var.caller.id)),
    )
    .put(
      '/notifications/preferences',
      describe('Choose what I am told by which channel; what is left out stays'),
      user,
      body(PreferencesUpdate),
      answers(200, Preferences),
      async c =>
        c.var.answer(await changePreferences(database, c.var.caller.id, c.req.valid('json'))),
    )
    .get(
      '/notifications/devices',
      describe('My phones and apps'),
      user,
      answers(200, Devices),
      async c => c.var.answer(await listDevices(database, c.var.caller.id)),
    )
    .post(
      '/notifications/devices',
      describe('Add a phone for text messages, or an app for push messages', {
        409: 'Too many devices, or nothing is sent to this type',
      }),
      user,
      body(DeviceCreate),
      answers(201, Device),
      async c =>
        c.var.answer(await addDevice(database, deps.canSend, c.var.caller.id, c.req.valid('json'))),
    )
    .delete(
      '/notifications/devices/:device_id',
      describe('Remove a device', { 404: 'Device not found' }),
      user,
      params(DeviceId),
      answersNothing(),
      async c => {
        const { device_id } = c.req.valid('param')
        const endpoint = await removeDevice(database, c.var.caller.id, device_id)
        if (endpoint !== null) await deps.forgetEndpoints([endpoint])
        return c.var.done()
      },
    )
}

/** Of a token that was verified. */
const expiryOf = (authorization = ''): number =>
  decodeJwt(authorization.slice('bearer '.length).trim()).exp ?? 0

const STREAM = {
  parameters: [
    {
      name: 'Last-Event-ID',
      in: 'header' as const,
      required: false,
      description: 'Id of the last event that arrived; those after it are sent first',
      schema: { type: 'string' as const },
    },
  ],
  responses: {
    200: {
      description: 'Events `notification`; a comment at least every 15 seconds',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    },
    422: problemSpec('Last-Event-ID is not the id of an event'),
  },
}

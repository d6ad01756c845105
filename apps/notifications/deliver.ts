import { randomUUID } from 'node:crypto'
import { metrics } from '@opentelemetry/api'
import type { Database } from '../shared/database/database.ts'
import type { Log } from '../shared/process/log.ts'
import { hasBounced, noteBounce } from './bounces.ts'
import { NotSent, type Outgoing } from './channels/channel.ts'
import type { DeliveryLog } from './delivery-log/delivery-log.ts'
import { type Due, markFailed, markSent, postpone } from './due-deliveries.ts'
import { CONTENTS, type Kind } from './kinds.ts'
import type { Channels } from './open-channels.ts'
import { renderMail, renderShort, renderSms } from './render.ts'
import { type Site, textOf } from './texts.ts'

export interface DeliverDeps {
  database: Database
  channels: Channels
  deliveryLog: DeliveryLog
  site: Site
  /** Tries before a message is given up. */
  attempts: number
  log: Log
}

const sentCounter = () =>
  metrics.getMeter('notifications').createCounter('notifications.deliveries', {
    description: 'Tries to send a message by channel and outcome',
  })

export const keyOf = ({ eventId, userId, channel, device }: Due): string =>
  [eventId, userId, channel, device?.id ?? '-'].join('/')

/** Tries to send one delivery and notes what came of it. */
export async function deliver(deps: DeliverDeps, due: Due): Promise<void> {
  const { database, log } = deps
  const outcome = await tryOnce(deps, due)
  sentCounter().add(1, { channel: due.channel, kind: due.kind, outcome: outcome.result })
  const about = { delivery: due.id, event_id: due.eventId, channel: due.channel, kind: due.kind }
  switch (outcome.result) {
    case 'busy':
      return // another instance is at it; it comes again should that one die
    case 'sent':
      await markSent(database, due)
      return
    case 'later':
      log.warn({ ...about, reason: outcome.reason }, 'a message could not be sent; once more later')
      await postpone(database, due, outcome.reason)
      return
    case 'failed':
      log.error({ ...about, reason: outcome.reason }, 'a message was given up')
      await markFailed(database, due, outcome.reason)
  }
}

type Outcome = { result: 'sent' | 'busy' } | { result: 'later' | 'failed'; reason: string }

const failed = (reason: string): Outcome => ({ result: 'failed', reason })

async function tryOnce(deps: DeliverDeps, due: Due): Promise<Outcome> {
  const { database, deliveryLog } = deps
  if (due.expired) return failed('it would have come too late')
  if (due.attempts > deps.attempts) return failed('each try ended with its process')
  const address = due.channel === 'email' ? due.email : due.device?.address
  if (address === undefined || address === null) return failed('there is no address')
  if (await hasBounced(database, address)) return failed('the address bounced before')
  const key = keyOf(due)
  const attempt = randomUUID()
  try {
    const begun = await deliveryLog.begin(key, attempt)
    if (begun !== 'begun') return { result: begun }
  } catch (error) {
    return laterOrNever(deps, due, `delivery log: ${nameOf(error)}`, error)
  }
  let providerId: string
  try {
    ;({ providerId } = await send(deps, due, key, address))
  } catch (error) {
    await deliveryLog.gaveUp(key, attempt).catch(() => {}) // then it is busy for a while, and free after
    return notSentOutcome(deps, due, address, error)
  }
  await noteSent(deps, key, providerId)
  return { result: 'sent' }
}

/** It was sent: should the log fail, the row of the delivery says so, and no other try comes. */
const noteSent = ({ deliveryLog, log }: DeliverDeps, key: string, providerId: string) =>
  deliveryLog
    .sent(key, providerId)
    .catch((error: unknown) => log.error({ err: error, key }, 'the delivery log missed a message'))

async function notSentOutcome(
  deps: DeliverDeps,
  due: Due,
  address: string,
  error: unknown,
): Promise<Outcome> {
  if (!(error instanceof NotSent)) return laterOrNever(deps, due, nameOf(error), error)
  if (error.verdict === 'later') return laterOrNever(deps, due, error.message, error)
  if (error.verdict === 'bounced') {
    if (due.channel === 'push') await removeDevice(deps.database, due)
    else await noteBounce(deps.database, address, error.message)
  }
  return failed(`${error.verdict}: ${error.message}`)
}

function laterOrNever(deps: DeliverDeps, due: Due, reason: string, error: unknown): Outcome {
  deps.log.debug({ err: error, delivery: due.id }, 'a try to send failed')
  return { result: due.attempts >= deps.attempts ? 'failed' : 'later', reason }
}

/** `ENOSPC` says more than `Error`; messages may hold addresses. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

async function send(deps: DeliverDeps, due: Due, key: string, address: string) {
  const { channels, site } = deps
  const text = textFor(due, site)
  const about = { key, at: due.at, kind: due.kind, html: '' }
  const by = channels[due.channel]
  if (!by) throw new NotSent('later', 'this instance has no such channel')
  switch (due.channel) {
    case 'email':
      return by.send({
        ...about,
        to: address,
        ...(await renderMail(text, due.fullName ?? '', site)),
      })
    case 'sms':
      return by.send({ ...about, to: address, subject: '', text: renderSms(text, site) })
    case 'push': {
      const { title, body } = renderShort(text)
      const to = await endpointOf(deps, due, address)
      return by.send({ ...about, to, subject: title, text: body } satisfies Outgoing)
    }
  }
}

/** Content that was kept in another shape, by another version, is no use. */
function textFor(due: Due, site: Site) {
  const content = CONTENTS[due.kind].safeParse(due.content)
  if (!content.success) throw new NotSent('refused', 'its content can not be read')
  return textOf<Kind>(due.kind, content.data, site)
}

async function endpointOf({ database, channels }: DeliverDeps, due: Due, token: string) {
  const { device } = due
  if (!device || device.type === 'phone' || !channels.push) throw new NotSent('refused', 'no app')
  if (device.endpoint !== null) return device.endpoint
  const endpoint = await channels.push.register(device.type, token)
  await database.transaction(em =>
    em.execute('update devices set endpoint = ? where id = ?', [endpoint, device.id]),
  )
  return endpoint
}

/** With its deliveries. */
const removeDevice = (database: Database, { device }: Due): Promise<unknown> =>
  database.transaction(em => em.execute('delete from devices where id = ?', [device?.id ?? null]))

import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Effect } from '../events/inbox.ts'
import { defineService } from '../manifest.ts'
import { publish } from '../events/outbox.ts'
import type { Kit } from '../process/run.ts'
import { type BusOptions, openBus } from './open-bus.ts'
import type { Reactions } from './reactions.ts'
import { startEvents } from './start-events.ts'
import { awsFixture } from './testing-aws.ts'
import type { BusFixture } from './testing-bus-contract.ts'
import { type EventDatabase, eventDatabase, stockChanged } from './testing-database.ts'

const about = { description: 'For tests', routes: [], needs: { database: true } } as const
const inventory = defineService({ ...about, name: 'inventory', publishes: ['stock.changed'] })
const products = defineService({ ...about, name: 'products', consumes: ['stock.changed'] })

const log = pino({ level: 'silent' })
const UNTIL = { timeout: 45_000, interval: 100 }
const emulator = process.env['AWS_ENDPOINT_URL']

describe.skipIf(emulator === undefined)(
  emulator === undefined
    ? '[needs AWS_ENDPOINT_URL] services with events through SNS and SQS'
    : 'services with events through SNS and SQS',
  () => {
    let aws: BusFixture
    let publisher: EventDatabase
    let consumer: EventDatabase
    let queue: Omit<BusOptions, 'log'>
    beforeAll(async () => {
      aws = await awsFixture(emulator ?? '')
      publisher = await eventDatabase('inventory', [])
      consumer = await eventDatabase('products', [], publisher)
      queue = await aws.optionsOf({ consumer: 'products', consumes: products.consumes })
    })
    afterAll(async () => {
      await consumer?.close()
      await publisher?.close()
      await aws?.close()
      vi.unstubAllEnvs()
    })

    /** Starts a service's events as its `start.ts` does, in an environment that names topic and queue. */
    async function started<M extends typeof inventory | typeof products>(
      manifest: M,
      { config, database }: EventDatabase,
      reactions: Reactions<M>,
    ): Promise<() => Promise<void>> {
      const { topicArn, queueUrl, deadLetterUrl } = queue
      const events = { topicArn, queueUrl, deadLetterUrl }
      const closers: (() => Promise<void> | void)[] = []
      const kit = {
        config: { ...config, events },
        log,
        onClose: (_: string, close: () => Promise<void> | void) => closers.unshift(close),
      } as unknown as Kit<M>
      const serving = { retrySeconds: 1, retryMaxSeconds: 1, deliveries: 2 }
      await startEvents({ manifest, kit, database, reactions, serving })
      return async () => {
        for (const close of closers) await close()
      }
    }

    const note: Effect<'stock.changed'> = async (em, event) =>
      em.execute('insert into effects values (?)', [
        `${Number(event.subject.id.slice(-4))}:${event.sequence}`,
      ])
    const store = (...numbers: number[]) =>
      publisher.database.transaction(em =>
        publish(em, ...numbers.map(number => stockChanged(number, 7))),
      )
    const effects = async () =>
      (
        await consumer.arranged.query<{ note: string }>(
          'select note from products.effects order by note',
        )
      ).map(row => row.note)
    const unsent = () =>
      publisher.arranged.query('select from inventory.outbox where sent_at is null')
    const sent = () => vi.waitFor(async () => expect(await unsent()).toEqual([]), UNTIL)

    test('what a transaction publishes has its effect elsewhere once, however often it is delivered; poison waits as a dead letter, with its reason', async () => {
      const bus = await openBus({ ...queue, log })
      await publisher.database
        .transaction(async em => {
          await publish(em, stockChanged(9, 7))
          throw new Error('rolled back')
        })
        .catch(() => {})
      const stopRelay = await started(inventory, publisher, {})
      await store(1, 2)
      await store(1)
      await sent()

      let tries = 0
      let isMended = false
      const stopConsumer = await started(products, consumer, {
        'stock.changed': async (em, event, arrival) => {
          await note(em, event, arrival)
          if (event.subject.id.endsWith('3') && ++tries && !isMended) throw new TypeError('poison')
        },
      })
      await vi.waitFor(async () => expect(await effects()).toEqual(['1:1', '1:2', '2:1']), UNTIL)
      await vi.waitFor(async () => expect((await bus.lag()).waiting).toBe(0), UNTIL)

      // As after a crash between SNS and the note that it was sent: SQS has each once more.
      await publisher.arranged.query('update inventory.outbox set sent_at = null')
      await sent()
      await vi.waitFor(async () => expect((await bus.lag()).waiting).toBe(0), UNTIL)
      await store(3)
      await vi.waitFor(
        async () => expect(await bus.lag()).toEqual({ waiting: 0, deadLetters: 1 }),
        UNTIL,
      )
      expect(tries).toBe(2)
      expect(await effects()).toEqual(['1:1', '1:2', '2:1'])
      expect(await bus.deadLetters()).toEqual([
        expect.objectContaining({ reason: 'TypeError: poison', raw: expect.any(String) }),
      ])

      isMended = true
      expect(await bus.redrive('all')).toBe(1)
      await vi.waitFor(async () => expect(await effects()).toContain('3:1'), UNTIL)
      await vi.waitFor(
        async () => expect(await bus.lag()).toEqual({ waiting: 0, deadLetters: 0 }),
        UNTIL,
      )
      expect(await effects()).toEqual(['1:1', '1:2', '2:1', '3:1'])
      await Promise.all([stopConsumer(), stopRelay(), bus.close()])
    }, 120_000)
  },
)

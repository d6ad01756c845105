import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test, type TestContext, vi } from 'vitest'
import type { Envelope } from '../events/events.ts'
import type { TestProxy } from '../testing/test-proxy.ts'
import { type Bus, type Delivery, type Handler, type Serving, Undeliverable } from './bus.ts'
import { type BusOptions, openBus } from './open-bus.ts'

/** What a bus brings along to be tested. */
export interface BusFixture {
  /** Options of a service whose consumer is subscribed, whether it runs or not. */
  optionsOf: (serving: Serving) => Promise<Omit<BusOptions, 'log'>>
  /** Puts text into a consumer's queue that no service would publish. */
  inject: (consumer: string, text: string) => Promise<void>
  /** Between the services and the bus. */
  proxy: TestProxy
  close: () => Promise<void>
}

const SILENT = pino({ level: 'silent' })
/** A retry as early as every bus can. */
const SOON = { retrySeconds: 1, retryMaxSeconds: 1, upkeepSeconds: 1 }
const WITHIN = { timeout: 45_000, interval: 50 }
const NOTHING = { waiting: 0, deadLetters: 0 }

const envelope = (type: string, data: unknown = {}): Envelope => ({
  id: randomUUID(),
  type,
  version: 1,
  occurred_at: new Date().toISOString(),
  traceparent: null,
  subject: { type: 'product', id: 'p' },
  sequence: 1,
  data,
})

const idIn = ({ raw }: Pick<Delivery, 'raw'>): string => {
  const event: unknown = typeof raw === 'string' ? JSON.parse(raw) : raw
  return (event as Envelope).id
}

/** Notes what came. */
function recorder(act: Handler = async () => {}) {
  const seen: { id: string; attempt: number }[] = []
  const handler: Handler = async delivery => {
    seen.push({ id: idIn(delivery), attempt: delivery.attempt })
    await act(delivery)
  }
  return { seen, handler, ids: () => seen.map(({ id }) => id) }
}

/** The dead letters, once there are some. */
const deadOf = async (bus: Bus) => {
  const letters = await vi.waitFor(async () => {
    const found = await bus.deadLetters()
    expect(found).not.toEqual([])
    return found
  }, WITHIN)
  return letters.map(letter => ({ ...letter, event: idIn(letter) }))
}

/** What every bus must do; each test has consumers of its own. */
export function busContract(name: string, start: () => Promise<BusFixture>, runs = true): void {
  describe.skipIf(!runs)(name, () => {
    let fixture: BusFixture
    beforeAll(async () => {
      fixture = await start()
    })
    afterAll(() => fixture.close())

    /** What a test works with, with a type of events of its own; it is closed with the test. */
    const tools = ({ onTestFinished }: TestContext) => {
      const type = `test.${randomUUID()}`
      const event = (data?: unknown) => envelope(type, data)
      /** The options of a consumer of its own. */
      const consumer = (serving: Partial<Serving> = {}) =>
        fixture.optionsOf({
          consumer: `c-${randomUUID().slice(0, 8)}`,
          consumes: [type],
          ...SOON,
          ...serving,
        })
      /** An instance of a service. */
      const open = async (options: Omit<BusOptions, 'log'>): Promise<Bus> => {
        const bus = await openBus({ ...options, log: SILENT })
        onTestFinished(() => bus.close())
        return bus
      }
      const read = (bus: Bus, handler: Handler) => {
        const stop = bus.subscribe(handler)
        onTestFinished(stop)
        return stop
      }
      const publisher = async () => open(await consumer({ consumes: [] }))
      return { event, consumer, open, read, publisher }
    }

    test('an event comes to every consumer of its type, to one instance of each, and to nobody else', async context => {
      const { event, consumer, open, read, publisher } = tools(context)
      const strange = envelope(`test.${randomUUID()}`)
      const [two, one, other] = [
        await consumer(),
        await consumer(),
        await consumer({ consumes: [strange.type] }),
      ]
      const [first, second, single, stranger] = [recorder(), recorder(), recorder(), recorder()]
      const events = Array.from({ length: 40 }, () => event())
      // First: the emulator of SQS loses messages that are sent in the moment in which another one is deleted.
      expect(await (await publisher()).publish([...events, strange])).toEqual([])
      read(await open(two), first.handler)
      read(await open(two), second.handler)
      read(await open(one), single.handler)
      read(await open(other), stranger.handler)
      const ids = events.map(({ id }) => id).toSorted()
      await vi.waitFor(() => {
        expect(single.ids().toSorted()).toEqual(ids)
        expect([...first.ids(), ...second.ids()].toSorted()).toEqual(ids)
        expect(stranger.ids()).toEqual([strange.id])
      }, WITHIN)
      expect(first.seen.every(({ attempt }) => attempt === 1)).toBe(true)
    })

    test.concurrent('an event is what it was when it comes', async context => {
      const { event, consumer, open, read } = tools(context)
      const bus = await open(await consumer())
      const raws: unknown[] = []
      read(bus, async ({ raw }) => void raws.push(typeof raw === 'string' ? JSON.parse(raw) : raw))
      const sent = event({
        text: 'ä€😀\u0001\t"\\ \uFFFE\uFFFF',
        deep: [{ n: 1.5, none: null }],
      })
      await bus.publish([sent])
      await vi.waitFor(() => expect(raws).toEqual([sent]), WITHIN)
    })

    test.concurrent('what is published while its consumer does not run waits for it', async context => {
      const { event, consumer, open, read, publisher } = tools(context)
      const options = await consumer()
      const sent = event()
      await (await publisher()).publish([sent])
      const bus = await open(options)
      await vi.waitFor(async () => expect((await bus.lag()).waiting).toBe(1), WITHIN)
      const { handler, ids } = recorder()
      read(bus, handler)
      await vi.waitFor(() => expect(ids()).toEqual([sent.id]), WITHIN)
      await vi.waitFor(async () => expect(await bus.lag()).toEqual(NOTHING), WITHIN)
    })

    test('more events than a request takes can be published at once, and all come', async context => {
      const { event, consumer, open, read } = tools(context)
      const bus = await open(await consumer({ concurrency: 10 }))
      const events = Array.from({ length: 120 }, () => event())
      expect(await bus.publish(events)).toEqual([])
      const { handler, ids } = recorder()
      read(bus, handler)
      await vi.waitFor(() => expect(new Set(ids()).size).toBe(120), WITHIN)
    })

    test.concurrent('an event that nobody consumes, and no event at all, can be published', async context => {
      const { event, publisher } = tools(context)
      const bus = await publisher()
      expect(await bus.publish([event()])).toEqual([])
      expect(await bus.publish([])).toEqual([])
      expect(await bus.lag()).toEqual({ waiting: 0, deadLetters: 0 })
      expect(await bus.deadLetters()).toEqual([])
      expect(await bus.redrive('all')).toBe(0)
    })

    test.concurrent('what fails comes again later, until it has its effect', async context => {
      const { event, consumer, open, read } = tools(context)
      const bus = await open(await consumer())
      const { handler, seen } = recorder(async ({ attempt }) => {
        if (attempt === 1) throw new Error('not yet')
      })
      const sent = event()
      await bus.publish([sent])
      read(bus, handler)
      await vi.waitFor(() => {
        expect(seen).toEqual([
          { id: sent.id, attempt: 1 },
          { id: sent.id, attempt: 2 },
        ])
      }, WITHIN)
      await vi.waitFor(async () => expect(await bus.lag()).toEqual(NOTHING), WITHIN)
    })

    test.concurrent('what keeps failing becomes a dead letter with the last reason, after as many tries as there are', async context => {
      const { event, consumer, open, read } = tools(context)
      const bus = await open(await consumer({ deliveries: 2 }))
      const { handler, seen } = recorder(async ({ attempt }) => {
        throw new TypeError(`failure ${attempt}\nwith a second line`)
      })
      const sent = event()
      await bus.publish([sent])
      read(bus, handler)
      const [letter, ...others] = await deadOf(bus)
      expect(others).toEqual([])
      expect(letter).toMatchObject({ event: sent.id, reason: 'TypeError: failure 2' })
      expect(Math.abs(Date.parse(letter!.at) - Date.now())).toBeLessThan(60_000)
      expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2])
      await vi.waitFor(
        async () => expect(await bus.lag()).toEqual({ waiting: 0, deadLetters: 1 }),
        WITHIN,
      )
    })

    test.concurrent('what can never have an effect is a dead letter at once, and holds nothing up', async context => {
      const { event, consumer, open, read } = tools(context)
      const bus = await open(await consumer())
      const [bad, good] = [event(), event()]
      const { handler, seen, ids } = recorder(async delivery => {
        if (idIn(delivery) === bad.id) throw new Undeliverable('no such thing')
      })
      await bus.publish([bad, good])
      read(bus, handler)
      await vi.waitFor(() => expect(ids()).toContain(good.id), WITHIN)
      const [letter] = await deadOf(bus)
      expect(letter).toMatchObject({ event: bad.id, reason: 'Undeliverable: no such thing' })
      expect(seen.filter(({ id }) => id === bad.id)).toHaveLength(1)
    })

    test.concurrent('text that is no event comes to the handler as it is, and is kept as it is', async context => {
      const { consumer, open, read } = tools(context)
      const options = await consumer({ deliveries: 1 })
      const bus = await open(options)
      const text = 'neither JSON nor an event: ä'
      await fixture.inject(options.consumer, text)
      const raws: unknown[] = []
      read(bus, async ({ raw }) => {
        raws.push(raw)
        throw new Undeliverable('not an event')
      })
      const letters = await vi.waitFor(async () => {
        const found = await bus.deadLetters()
        expect(found).toHaveLength(1)
        return found
      }, WITHIN)
      expect(raws).toEqual([text])
      expect(letters[0]).toMatchObject({ raw: text, reason: 'Undeliverable: not an event' })
    })

    test.concurrent('dead letters come to their consumer again, all or those that are named', async context => {
      const { event, consumer, open, read } = tools(context)
      const options = await consumer()
      const bus = await open(options)
      let isMended = false
      const { handler, seen } = recorder(async () => {
        if (!isMended) throw new Undeliverable('broken')
      })
      const events = [event(), event(), event()]
      await bus.publish(events)
      const stop = read(bus, handler)
      await vi.waitFor(async () => expect((await bus.lag()).deadLetters).toBe(3), WITHIN)
      const letters = await deadOf(bus)
      expect(letters.map(({ event }) => event).toSorted()).toEqual(
        events.map(({ id }) => id).toSorted(),
      )
      expect(await bus.redrive([])).toBe(0)
      expect(await bus.redrive([randomUUID()])).toBe(0)
      isMended = true
      seen.length = 0
      expect(await bus.redrive([letters[1]!.id])).toBe(1)
      await vi.waitFor(() => expect(seen).toEqual([{ id: letters[1]!.event, attempt: 1 }]), WITHIN)
      expect(await bus.redrive('all')).toBe(2)
      await vi.waitFor(() => expect(new Set(seen.map(({ id }) => id)).size).toBe(3), WITHIN)
      await vi.waitFor(async () => expect(await bus.lag()).toEqual(NOTHING), WITHIN)
      await stop()
    })

    test.concurrent('a handler that hangs gives its place back, and its event is tried again', async context => {
      const { event, consumer, open, read } = tools(context)
      const bus = await open(await consumer({ concurrency: 1, handlerSeconds: 0.2 }))
      const [hung, next] = [event(), event()]
      const signals: AbortSignal[] = []
      const { handler, ids } = recorder(async delivery => {
        if (idIn(delivery) === next.id || delivery.attempt > 1) return
        signals.push(delivery.signal)
        await new Promise(() => {})
      })
      await bus.publish([hung])
      read(bus, handler)
      await vi.waitFor(() => expect(ids()).toEqual([hung.id]), WITHIN)
      await bus.publish([next])
      await vi.waitFor(() => expect(ids()).toContain(next.id), WITHIN)
      expect(signals.map(({ aborted }) => aborted)).toEqual([true])
      await vi.waitFor(() => expect(ids().filter(id => id === hung.id)).toHaveLength(2), WITHIN)
    })

    test.concurrent('at most as many events are in hand as the consumer wants at once', async context => {
      const { event, consumer, open, read } = tools(context)
      const bus = await open(await consumer({ concurrency: 3 }))
      const gate = Promise.withResolvers<void>()
      let inHand = 0
      let most = 0
      const { handler, seen } = recorder(async () => {
        most = Math.max(most, ++inHand)
        await gate.promise
        inHand--
      })
      await bus.publish(Array.from({ length: 12 }, () => event()))
      read(bus, handler)
      await vi.waitFor(() => expect(inHand).toBe(3), WITHIN)
      gate.resolve()
      await vi.waitFor(() => expect(seen).toHaveLength(12), WITHIN)
      expect(most).toBe(3)
    })

    test.concurrent('stopping waits for the handler under way, and nothing comes after it', async context => {
      const { event, consumer, open, read, publisher } = tools(context)
      const options = await consumer()
      const bus = await open(options)
      const gate = Promise.withResolvers<void>()
      const { handler, ids } = recorder(() => gate.promise)
      const [first, second] = [event(), event()]
      await bus.publish([first])
      const stop = read(bus, handler)
      await vi.waitFor(() => expect(ids()).toEqual([first.id]), WITHIN)
      let isStopped = false
      const stopped = stop().then(() => (isStopped = true))
      await (await publisher()).publish([second])
      await vi.waitFor(async () => expect((await bus.lag()).waiting).toBe(2), WITHIN)
      expect(isStopped).toBe(false)
      gate.resolve()
      await stopped
      await vi.waitFor(async () => expect((await bus.lag()).waiting).toBe(1), WITHIN)
      expect(ids()).toEqual([first.id])
    })

    test.concurrent('what a consumer had in hand that was killed comes to another', async context => {
      const { event, consumer, open, read } = tools(context)
      const options = await consumer({ visibilitySeconds: 2 })
      const bus = await open(options)
      const sent = event()
      await bus.publish([sent])
      await killedWithEvent(options)
      const { handler, seen } = recorder()
      read(bus, handler)
      await vi.waitFor(() => expect(seen).toEqual([{ id: sent.id, attempt: 2 }]), WITHIN)
    })

    test.concurrent('an event that kills its consumers becomes a dead letter, for which nobody knows a reason', async context => {
      const { event, consumer, open, read } = tools(context)
      const options = await consumer({ visibilitySeconds: 2, deliveries: 1 })
      const bus = await open(options)
      const sent = event()
      await bus.publish([sent])
      await killedWithEvent(options)
      const { handler, seen } = recorder()
      read(bus, handler)
      const [letter] = await deadOf(bus)
      expect(letter).toMatchObject({ event: sent.id, reason: undefined })
      expect(seen).toEqual([])
    })

    test('an outage of the bus is waited out; publishing fails meanwhile', async context => {
      const { event, consumer, open, read } = tools(context)
      // What is on its way to a consumer that is cut off is lost to it until then.
      const options = await consumer({ visibilitySeconds: 2 })
      const bus = await open(options)
      const { handler, ids } = recorder()
      read(bus, handler)
      const [before, after] = [event(), event()]
      await bus.publish([before])
      await vi.waitFor(() => expect(ids()).toEqual([before.id]), WITHIN)
      await fixture.proxy.cut()
      await expect(bus.publish([after])).rejects.toThrow()
      const late = await open(options)
      const lateOnes = recorder()
      read(late, lateOnes.handler)
      await fixture.proxy.mend()
      await vi.waitFor(() => bus.publish([after]), WITHIN)
      await vi.waitFor(() => expect([...ids(), ...lateOnes.ids()]).toContain(after.id), WITHIN)
    })

    test('with a bus that says nothing at all publishing fails, and stopping ends', async context => {
      const { event, consumer, open, read } = tools(context)
      const options = await consumer()
      const bus = await open(options)
      const { handler, ids } = recorder()
      const stop = read(bus, handler)
      const sent = event()
      await bus.publish([sent])
      await vi.waitFor(() => expect(ids()).toEqual([sent.id]), WITHIN)
      fixture.proxy.hang()
      try {
        await expect(bus.publish([event()])).rejects.toThrow()
        await stop()
        await bus.close()
      } finally {
        await fixture.proxy.mend()
      }
    })
  })
}

/** A consumer's process that took an event and was killed. */
async function killedWithEvent(options: Omit<BusOptions, 'log'>): Promise<void> {
  const program = join(import.meta.dirname, 'testing-consumer.ts')
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
}

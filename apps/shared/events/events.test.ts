import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EVENT_TYPES, parseEvent, subjectTypeOf } from './events.ts'
import type { EventType } from './events.ts'
import type { AnyManifest } from '../manifest.ts'

const ID = '0198f3a0-0000-7000-8000-000000000001'
const envelope = {
  id: ID,
  type: 'stock.low',
  version: 1,
  occurred_at: '2026-01-02T03:04:05.678Z',
  traceparent: null,
  subject: { type: 'stock', id: ID },
  sequence: 3,
  data: { product_id: ID, available: 2, threshold: 5 },
}

test('an event is read alike from an object and from its JSON', () => {
  expect(parseEvent(envelope)).toEqual({ ok: true, event: envelope })
  expect(parseEvent(JSON.stringify(envelope))).toEqual({ ok: true, event: envelope })
})

test('a field that a later publisher added is dropped', () => {
  const later = { ...envelope, data: { ...envelope.data, warehouse: 'north' } }
  expect(parseEvent(later)).toEqual({ ok: true, event: envelope })
})

test.for<[string, unknown, string]>([
  ['text that is no JSON', '{"id":', 'not an event: (all) (invalid_type)'],
  ['nothing', undefined, 'not an event: (all) (invalid_type)'],
  ['no sequence', { ...envelope, sequence: undefined }, 'not an event: sequence (invalid_type)'],
  ['sequence 0', { ...envelope, sequence: 0 }, 'not an event: sequence (too_small)'],
  ['an unknown type', { ...envelope, type: 'stock.lost' }, 'unknown event type "stock.lost"'],
  ['a name of Object', { ...envelope, type: 'toString' }, 'unknown event type "toString"'],
  [
    'another version',
    { ...envelope, version: 2 },
    'stock.low has version 2; this service understands 1',
  ],
  [
    'other data',
    { ...envelope, data: { product_id: 'secret', available: 1 } },
    'stock.low: data product_id (invalid_format), threshold (invalid_type)',
  ],
])('%s is refused with the reason, without values', ([, raw, reason]) => {
  expect(parseEvent(raw)).toEqual({ ok: false, reason })
})

const APPS = join(import.meta.dirname, '..', '..')

async function manifests(): Promise<AnyManifest[]> {
  const entries = await readdir(APPS, { recursive: true })
  const files = entries.filter(name => /^[^/]+\/manifest\.ts$/.test(name) && !name.startsWith('sh'))
  return Promise.all(
    files.map(async file => ((await import(join(APPS, file))) as { default: AnyManifest }).default),
  )
}

test('manifests name declared events alone', async () => {
  const all = await manifests()
  expect(all.length).toBeGreaterThan(1)
  for (const { name, publishes, consumes } of all)
    for (const type of [...publishes, ...consumes])
      expect(EVENT_TYPES, `manifest of ${name}`).toContain(type)
})

test('events about one type of subject are published by one service', async () => {
  const publisherOf = new Map<string, string>()
  for (const { name, publishes } of await manifests())
    for (const type of publishes) {
      const subject = subjectTypeOf(type as EventType)
      expect(publisherOf.get(subject) ?? name, `who publishes ${type}`).toBe(name)
      publisherOf.set(subject, name)
    }
})

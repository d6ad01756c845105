import { defineEntity, p } from '@mikro-orm/core'
import { metrics } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { pino } from 'pino'
import { afterAll, expect, inject, test } from 'vitest'
import { openCache } from '../cache/cache.ts'
import { openDatabase } from '../database/database.ts'

const reader = new PeriodicExportingMetricReader({
  exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
})
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
afterAll(() => {
  metrics.disable()
  return reader.shutdown()
})

/** Value of each point of a metric by what one attribute says. */
async function figures(name: string, attribute: string): Promise<Record<string, unknown>> {
  const { resourceMetrics } = await reader.collect()
  const found = resourceMetrics.scopeMetrics
    .flatMap(scope => scope.metrics)
    .find(({ descriptor }) => descriptor.name === name)
  return Object.fromEntries(
    (found?.dataPoints ?? []).map(({ attributes, value }) => [attributes[attribute], value]),
  )
}

test('cache look-ups are counted by result', async () => {
  const connection = openCache('fixture', undefined, pino({ level: 'silent' }))
  const cache = connection.cache('things', 60, String)
  await cache.getOrLoad('a', async () => 'one')
  await cache.getOrLoad('a', async () => 'one')
  expect(await figures('cache.lookups', 'result')).toEqual({ hit: 1, miss: 1 })
  await connection.close()
})

test('connections of the pool are counted by state', async () => {
  const Entity = defineEntity({ name: 'X', properties: { id: p.integer().primary() } })
  const database = await openDatabase({
    service: 'fixture',
    url: inject('postgresUrl'),
    poolSize: 3,
    entities: [Entity],
    migrations: import.meta.dirname,
  })
  try {
    await database.rows('select 1', [])
    await database.transaction(async em => {
      await em.execute('select 1')
      expect(await figures('db.client.connections', 'state')).toEqual({
        idle: 0,
        used: 1,
        waiting: 0,
        limit: 3,
      })
    })
    expect(await figures('db.client.connections', 'state')).toMatchObject({ idle: 1, used: 0 })
  } finally {
    await database.close()
  }
})

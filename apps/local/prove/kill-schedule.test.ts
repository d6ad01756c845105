import fc from 'fast-check'
import { expect, test } from 'vitest'
import { killSchedule } from './kill-schedule.ts'
import { randomOf } from './random.ts'

const SERVICES = ['orders', 'payments', 'inventory']
const schedule = (seed: number, kills: number) =>
  killSchedule(randomOf(seed).fork('kills'), SERVICES, kills, 60)

test('the same seed gives the same schedule, another seed another one', () => {
  expect(schedule(7, 40)).toEqual(schedule(7, 40))
  expect(schedule(7, 40)).not.toEqual(schedule(8, 40))
})

test('as many are killed as were asked for, in order of time and within the race', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 31 }), fc.nat({ max: 60 }), (seed, kills) => {
      const all = schedule(seed, kills)
      expect(all).toHaveLength(kills)
      expect(all).toEqual(all.toSorted((a, b) => a.atMs - b.atMs))
      for (const { atMs } of all) expect(atMs).toBeLessThan(60_000)
    }),
  )
})

test('PostgreSQL is killed twice, and of many kills each service has its share', () => {
  const counts = new Map<string, number>()
  for (const { target } of schedule(1, 32)) counts.set(target, (counts.get(target) ?? 0) + 1)
  expect(Object.fromEntries(counts)).toEqual({
    postgres: 2,
    orders: 10,
    payments: 10,
    inventory: 10,
  })
})

test('what one part draws changes nothing for another', () => {
  const first = randomOf(1)
  const untouched = first.fork('a').next()
  first.next()
  first.fork('b').next()
  expect(first.fork('a').next()).toBe(untouched)
})

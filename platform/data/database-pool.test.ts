import { expect, test } from 'vitest'
import { connectionLimit, poolSize } from './database-pool.ts'

test.for([
  ['db.t4g.micro', 90],
  ['db.t4g.medium', 360],
  ['db.m7g.large', 720],
  ['db.r7g.large', 1441],
  ['db.m7g.2xlarge', 2883],
  ['db.r7g.16xlarge', 5000],
] as const)('%s allows about %s connections', ([instanceClass, connections]) => {
  expect(connectionLimit(instanceClass)).toBe(connections)
})

test('a pool has eight connections at most', () => {
  expect(poolSize('db.m7g.large', 10)).toBe(8)
})

test('twice the most tasks, as in a rollout, fit with what is kept for others', () => {
  for (const tasks of [1, 4, 6, 12, 18])
    expect(poolSize('db.t4g.micro', tasks) * tasks * 2 + 15).toBeLessThanOrEqual(90)
})

test('where two connections for each task are too many, the message says what to change', () => {
  expect(() => poolSize('db.t4g.micro', 30)).toThrow(
    'databaseClass db.t4g.micro allows about 90 connections; 30 tasks (twice as many in a rollout) need at least 135: choose a larger class, a smaller max, or database: own',
  )
})

test('an instance class that does not exist is refused', () => {
  expect(() => connectionLimit('db.t4g.huge')).toThrow('db.t4g.huge is no instance class of RDS')
})

import { expect, test } from 'vitest'
import { defineService } from '../../apps/shared/manifest.ts'
import { securityPaths } from './security-paths.ts'

const base = { name: 'orders', description: 'Orders', routes: [] }
const ends = (change: Partial<Parameters<typeof defineService>[0]>) =>
  securityPaths(defineService({ ...base, ...change })).map(path =>
    path.direction === 'in'
      ? `${path.from} -> :${path.port}`
      : `-> ${path.to === 'service' ? path.service : path.to}:${path.port}`,
  )

test.for([
  ['nothing', {}, []],
  ['routes', { routes: ['/orders', '/orders/*'] }, ['load-balancer -> :8080']],
  ['a database', { needs: { database: true } }, ['-> database:5433']],
  ['a cache', { needs: { cache: true } }, ['-> cache:6379']],
  ['tokens', { needs: { tokens: true } }, ['-> users:8080']],
  ['a table', { needs: { table: { partitionKey: 'id' } } }, []],
  ['calls', { calls: ['products', 'inventory'] }, ['-> products:8080', '-> inventory:8080']],
  [
    'a call to the issuer and tokens',
    { calls: ['users'], needs: { tokens: true } },
    ['-> users:8080'],
  ],
  ['events', { publishes: ['order.placed'], consumes: ['payment.completed'] }, []],
] as const)('%s: %j opens %j', ([, change, paths]) => {
  expect(ends(change)).toEqual(paths)
})

test('the issuer of tokens does not ask itself', () => {
  expect(ends({ name: 'users', needs: { tokens: true } })).toEqual([])
})

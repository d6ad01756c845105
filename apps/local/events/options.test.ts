import { expect, test } from 'vitest'
import { defineService } from '../../shared/manifest.ts'
import { StartError } from '../start-error.ts'
import { readEventsOptions } from './options.ts'

const service = (name: string, consumes: readonly string[] = []) =>
  defineService({ name, description: name, routes: [], consumes })
const manifests = [
  service('users'),
  service('orders', ['payment.completed']),
  service('payments', ['order.cancelled']),
]
const [, orders, payments] = manifests
const ID = 'c0a8012e-7d9c-4a2b-9f3f-0e6d5b4a3c21'
const read = (...args: string[]) => readEventsOptions(args, manifests, '/shop/.data')

test('each command with what it takes', () => {
  expect(read('lag')).toEqual({ command: { name: 'lag' }, dataDir: '/shop/.data' })
  expect(read('dead-letters').command).toEqual({
    name: 'dead-letters',
    consumers: [orders, payments],
  })
  expect(read('dead-letters', 'orders').command).toEqual({
    name: 'dead-letters',
    consumers: [orders],
  })
  for (const all of [[], ['all']])
    expect(read('redrive', 'orders', ...all).command).toEqual({
      name: 'redrive',
      consumer: orders,
      ids: 'all',
    })
  expect(read('redrive', 'orders', ID, '--data', '/else')).toEqual({
    command: { name: 'redrive', consumer: orders, ids: [ID] },
    dataDir: '/else',
  })
})

test.for([
  [[], 'A command is missing.'],
  [['redo'], 'Unknown command: redo.'],
  [['redrive'], 'redrive needs a service. Services that consume events: orders, payments.'],
  [
    ['dead-letters', 'users'],
    'users consumes no events. Services that consume events: orders, payments.',
  ],
  [['dead-letters', 'orders', 'payments'], 'dead-letters takes one service'],
  [['redrive', 'orders', 'x'], 'No id of a dead letter: x.'],
  [['redrive', 'orders', 'all', ID], 'No id of a dead letter: all.'],
  [['lag', 'orders'], 'lag takes nothing, not: orders.'],
  [['lag', '--port', '1'], "Unknown option '--port'."],
] as const)('%j is refused with what is allowed', ([args, message]) => {
  expect(() => read(...args)).toThrow(StartError)
  expect(() => read(...args)).toThrow(message)
  expect(() => read(...args)).toThrow('npm run events -- redrive SERVICE [ID...|all]')
})

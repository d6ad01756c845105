import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

const read = (...args: string[]) => readOptions(args, ['products', 'users'], '/repo/.data')

test('without arguments everything runs on port 8080 with the data kept in .data', () => {
  expect(read()).toEqual({
    services: ['products', 'users'],
    fresh: false,
    port: 8080,
    dataDir: '/repo/.data',
  })
})

test('services, port, folder and a fresh start can be chosen', () => {
  expect(read('users', '--fresh', '--port', '9000', '--data', '/tmp/x')).toEqual({
    services: ['users'],
    fresh: true,
    port: 9000,
    dataDir: '/tmp/x',
  })
})

test.each([
  [['orders'], /Unknown service: orders\.\nServices: products, users\./],
  [['--watch'], /--watch.*\nOptions: --fresh, --port PORT, --data DIR\./],
  [['--port'], /port/],
  [['--port', 'http'], /--port http is no port\.\nA port is a number from 1 to 65535\./],
  [['--port', '0'], /is no port/],
  [['--port', '65536'], /is no port/],
  [['--port', '80.5'], /is no port/],
])('%j is refused with what is allowed', (args, message) => {
  expect(() => read(...args)).toThrow(message)
  expect(() => read(...args)).toThrow(expect.objectContaining({ code: 'bad_option' }))
})

import { expect, test } from 'vitest'
import { optionsOf } from './options.ts'

const ENOUGH = ['--namespace', 'shop', '--image-prefix', 'registry.test/shop']

test('namespace and prefix are enough', () => {
  expect(optionsOf(ENOUGH)).toEqual({
    namespace: 'shop',
    imagePrefix: 'registry.test/shop',
    tag: undefined,
    publicUrl: 'http://shop.localhost',
    gateway: { namespace: 'gateway', name: 'gateway' },
    proxies: 'gateway',
    payments: 'stripe',
  })
})

test('what is missing is said at once, with what is allowed', () => {
  expect(() => optionsOf([])).toThrow(
    /^--namespace is missing; give 1 to 63 lower-case letters.*\n--image-prefix is missing; give a repository without a tag.*$/,
  )
})

test.for([
  [['--namespace', 'Shop'], '--namespace Shop: must be 1 to 63 lower-case letters'],
  [['--image-prefix', 'r/shop:1'], '--image-prefix r/shop:1: must be a repository without a tag'],
  [['--image-prefix', 'r/shop/'], '--image-prefix r/shop/: must be'],
  [['--tag', 'a b'], '--tag a b: must be 1 to 128 letters'],
  [['--public-url', 'shop.test'], '--public-url shop.test: must be scheme and host alone'],
  [['--public-url', 'https://10.0.0.1'], 'https://10.0.0.1: must be scheme and host alone'],
  [['--gateway', 'public'], '--gateway public: must be NAMESPACE/NAME'],
  [['--proxies=-'], '--proxies -: must be 1 to 63'],
  [['--payments', 'cash'], '--payments cash: must be one of stripe, sandbox'],
  [['--names', 'shop'], "Unknown option '--names'"],
] as const)('%j is refused: %s', ([args, message]) => {
  expect(() => optionsOf([...ENOUGH, ...args])).toThrow(message)
})

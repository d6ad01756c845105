import { expect, test } from 'vitest'
import users from '../../apps/users/manifest.ts'
import { signedForGateway, signingProblems } from './gateway-tokens.ts'
import { ServiceOverrides, serviceProblems } from '../config/service-config.ts'
import { systemOf } from '../system.ts'

const overrides = (given: object) => ServiceOverrides.parse(given)

test('users signs with RS256, and all else that a stack sets stays', () => {
  const given = {
    users: overrides({ min: 3, settings: { passwordCost: 11 } }),
    products: overrides({ max: 5 }),
  }
  expect(signedForGateway(given)).toEqual({
    users: { ...given.users, settings: { passwordCost: 11, signingAlgorithm: 'RS256' } },
    products: given.products,
  })
  expect(given.users.settings).toEqual({ passwordCost: 11 })
})

test('a stack that sets nothing for users gets a setting that users has', () => {
  const services = signedForGateway({})
  expect(services['users']?.settings).toEqual({ signingAlgorithm: 'RS256' })
  expect(serviceProblems({ services, logLevel: 'info' }, systemOf({ users }))).toEqual([])
})

test.for([
  [{}, 0],
  [{ users: overrides({}) }, 0],
  [{ users: overrides({ settings: { signingAlgorithm: 'RS256' } }) }, 0],
  [{ users: overrides({ settings: { signingAlgorithm: 'EdDSA' } }) }, 1],
] as const)('%j has %i problems', ([services, count]) => {
  expect(signingProblems(services)).toHaveLength(count)
})

import { expect, test } from 'vitest'
import { explained } from './aws-errors.ts'

const named = (name: string, fields: object = {}) =>
  Object.assign(new Error('what AWS says'), { name, ...fields })

test.for([
  [named('ExpiredTokenException'), 'log in again'],
  [named('CredentialsProviderError'), 'check AWS_PROFILE or the keys in the environment'],
  [named('AccessDeniedException'), 'lacks this permission'],
  [named('ThrottlingException'), 'run "pulumi up" again in a minute'],
  [named('ServiceNotFoundException'), '"pulumi refresh", then "pulumi up"'],
  [named('Error', { code: 'ENOTFOUND' }), '"pulumi config set rollouts leave"'],
  [named('TimeoutError'), 'AWS does not answer: check the network'],
] as const)('%s says what was being done, what to do and what AWS says', ([error, advice]) => {
  const { message, cause } = explained("can't look at orders", error)
  expect(message).toMatch(/^can't look at orders: .*\. AWS says: \w+: what AWS says$/)
  expect(message).toContain(advice)
  expect(cause).toBe(error)
})

test('an error that nobody has heard of stays as it is', () => {
  expect(explained("can't look", named('NewException')).message).toBe(
    "can't look: NewException: what AWS says",
  )
})

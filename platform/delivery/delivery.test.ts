import { beforeAll, expect, test } from 'vitest'
import { Delivery } from './delivery.ts'
import { declared, type Declared, text } from '../testing/declared.ts'

const EXISTING = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com'
const delivery = (change: { oidcProviderArn?: string } = {}) =>
  declared(
    options =>
      new Delivery(
        'delivery',
        { prefix: 'shop-dev', repository: 'acme/shop', environment: 'dev', ...change },
        options,
      ),
  )

let stack: Declared
beforeAll(async () => {
  stack = await delivery()
})

const trust = (stack: Declared, role: string) =>
  JSON.parse(text(stack.one('iam/role:Role', `delivery-${role}`).inputs['assumeRolePolicy']))
    .Statement[0]

test('pull requests may preview and jobs of the environment may deploy', () => {
  const subject = 'token.actions.githubusercontent.com:sub'
  expect(trust(stack, 'preview').Condition.StringEquals[subject]).toBe(
    'repo:acme/shop:pull_request',
  )
  expect(trust(stack, 'deploy').Condition.StringEquals[subject]).toBe(
    'repo:acme/shop:environment:dev',
  )
})

test("an account's provider is used where it is given, and made where it is not", async () => {
  expect(stack.one('OpenIdConnectProvider').inputs['clientIdLists']).toEqual(['sts.amazonaws.com'])
  const existing = await delivery({ oidcProviderArn: EXISTING })
  expect(existing.all('OpenIdConnectProvider')).toEqual([])
  expect(trust(existing, 'deploy').Principal).toEqual({ Federated: EXISTING })
})

test('the deploy role stays inside its boundary', () => {
  const boundary = stack.one('iam/policy:Policy', 'delivery-deploy-boundary')
  const role = stack.one('iam/role:Role', 'delivery-deploy')
  expect(role.propertyDependencies['permissionsBoundary']).toEqual([boundary.urn])
})

test('the preview role gets policies that read, and no other', () => {
  const attached = stack
    .all('RolePolicyAttachment')
    .filter(({ name }) => name.startsWith('delivery-preview'))
    .map(({ inputs }) => inputs['policyArn'])
  expect(attached).toEqual([
    'arn:aws:iam::aws:policy/SecurityAudit',
    'arn:aws:iam::aws:policy/job-function/ViewOnlyAccess',
  ])
})

import { beforeAll, expect, test } from 'vitest'
import { Delivery } from './delivery.ts'
import { declared, type Declared, text } from '../testing/declared.ts'
import type { StateStore } from './state-statements.ts'

const EXISTING = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com'
const delivery = (change: { oidcProviderArn?: string; state?: StateStore } = {}) =>
  declared(
    options =>
      new Delivery(
        'delivery',
        {
          prefix: 'shop-dev',
          project: 'shop',
          stack: 'dev',
          repository: 'acme/shop',
          environment: 'dev',
          ...change,
        },
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

test('pull requests and main may preview and jobs of the environment may deploy', () => {
  const subject = 'token.actions.githubusercontent.com:sub'
  expect(trust(stack, 'preview').Condition.StringEquals[subject]).toEqual([
    'repo:acme/shop:pull_request',
    'repo:acme/shop:ref:refs/heads/main',
  ])
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

test('the preview role reads the state that the stack names', async () => {
  const sids = (stack: Declared) =>
    JSON.parse(
      text(stack.one('RolePolicy', 'delivery-preview-own').inputs['policy']),
    ).Statement.map(({ Sid }: { Sid: string }) => Sid)
  const own = ['ImageRegistryLogin', 'NoCustomerData']
  expect(sids(stack)).toEqual(own)
  const state = { bucket: 'acme-pulumi', keyArn: 'arn:aws:kms:eu-west-1:123456789012:key/1' }
  expect(sids(await delivery({ state }))).toEqual([
    ...own,
    'ListState',
    'ReadState',
    'Lock',
    'OpenSecrets',
    'EncryptTheLock',
  ])
})

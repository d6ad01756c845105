import { describe, expect, test } from 'vitest'
import * as services from '../services.ts'
import { systemOf } from '../system.ts'
import { declaredPlatform } from '../testing/declared-platform.ts'
import { text } from '../testing/declared.ts'
import { paymentGatewayProblems } from './payment-gateway.ts'

const today = systemOf(services)
const free = systemOf({ users: services.users })

const UNTOLD = {
  protect: true,
  nat: 'single',
  paymentGateway: '',
  stripeSecretKey: '',
  stripeWebhookSecret: '',
} as const
const KEYS = { stripeSecretKey: 'sk_live_51Abc', stripeWebhookSecret: 'whsec_abc' }
const problems = (change: Partial<Parameters<typeof paymentGatewayProblems>[0]>, preview = false) =>
  paymentGatewayProblems({ ...UNTOLD, ...change }, today, preview)

describe('the gateway of a stack', () => {
  test('is Stripe in one that protects its data: not deployed without keys', () => {
    expect(problems({})).toEqual([
      'stripeSecretKey is empty: must be sk_live_...; pulumi config set --secret stripeSecretKey',
      'stripeWebhookSecret is empty: must be whsec_...; pulumi config set --secret stripeWebhookSecret',
    ])
    expect(problems(KEYS)).toEqual([])
    expect(problems({}, true)).toEqual([])
  })

  test('can not be the sandbox there, not even in a preview', () => {
    for (const preview of [true, false])
      expect(problems({ paymentGateway: 'sandbox', ...KEYS }, preview)).toEqual([
        expect.stringContaining('takes every card and moves no money'),
      ])
  })

  test('is the sandbox in one that protects nothing, unless it says stripe', () => {
    expect(problems({ protect: false })).toEqual([])
    expect(problems({ protect: false, paymentGateway: 'stripe' })).toHaveLength(2)
  })

  test('is no matter where nobody takes money', () => {
    expect(paymentGatewayProblems(UNTOLD, free, false)).toEqual([])
  })

  test('must be reached from the VPC', () => {
    expect(problems({ ...KEYS, nat: 'none' })).toEqual([
      expect.stringContaining('Stripe is outside of the VPC'),
    ])
  })

  test('never shows a key that is wrong', () => {
    const found = problems({ stripeSecretKey: 'pk_live_secret', stripeWebhookSecret: 'secret' })
    expect(found).toHaveLength(2)
    expect(found.join()).not.toMatch(/pk_live|secret"/)
  })
})

test.each([
  ['dev', 'sandbox', []],
  ['prod', 'stripe', ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET']],
] as const)(
  'in %s the service gets %s, and its keys by reference alone',
  async (like, kind, keys) => {
    const declared = await declaredPlatform({ like })
    const { inputs } = declared.one('taskDefinition:TaskDefinition', 'payments-task')
    const [container] = JSON.parse(text(inputs['containerDefinitions'])) as {
      environment: { name: string; value: string }[]
      secrets: { name: string; valueFrom: string }[]
    }[]
    expect(container?.environment).toContainEqual({ name: 'PAYMENT_GATEWAY', value: kind })
    const named = container?.secrets
      .map(({ name }) => name)
      .filter(name => name.startsWith('STRIPE'))
    expect(named).toEqual(keys)
  },
)

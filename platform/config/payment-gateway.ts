import * as pulumi from '@pulumi/pulumi'
import type { System } from '../system.ts'
import type { StackValues } from './stack-values.ts'

type Values = Pick<
  StackValues,
  'protect' | 'nat' | 'paymentGateway' | 'stripeSecretKey' | 'stripeWebhookSecret'
>

export type PaymentGateway =
  | { kind: 'sandbox' }
  | { kind: 'stripe'; secretKey: pulumi.Output<string>; webhookSecret: pulumi.Output<string> }

/** What a stack that nobody told has: never the sandbox where data is worth protecting. */
const kindOf = ({ paymentGateway, protect }: Values): PaymentGateway['kind'] =>
  paymentGateway === '' ? (protect ? 'stripe' : 'sandbox') : paymentGateway

/** Stands for keys that are not set yet: a preview needs none. */
const NOT_SET = 'not set'

export function paymentGatewayOf(values: Values): PaymentGateway {
  if (kindOf(values) === 'sandbox') return { kind: 'sandbox' }
  return {
    kind: 'stripe',
    secretKey: pulumi.secret(values.stripeSecretKey || NOT_SET),
    webhookSecret: pulumi.secret(values.stripeWebhookSecret || NOT_SET),
  }
}

/**
 * The sandbox takes every card and moves no money: a stack that protects its data can't have it, not even by a mistake.
 * The keys of Stripe are asked for when something is deployed. Never shows a key.
 */
export function paymentGatewayProblems(
  values: Values,
  system: System,
  isPreview: boolean,
): string[] {
  if (![...system.values()].some(({ needs }) => needs.paymentGateway)) return []
  if (kindOf(values) === 'sandbox')
    return values.protect
      ? [
          'paymentGateway is "sandbox": it takes every card and moves no money; set it to stripe, or protect to false',
        ]
      : []
  const problems =
    values.nat === 'none'
      ? [
          'nat is "none": Stripe is outside of the VPC; set nat to single, or paymentGateway to sandbox',
        ]
      : []
  if (isPreview) return problems
  return [
    ...problems,
    ...keyProblem(
      'stripeSecretKey',
      values.stripeSecretKey,
      /^[sr]k_(test|live)_\w+$/,
      'sk_live_...',
    ),
    ...keyProblem('stripeWebhookSecret', values.stripeWebhookSecret, /^whsec_\S+$/, 'whsec_...'),
  ]
}

const keyProblem = (key: string, value: string, form: RegExp, example: string): string[] =>
  form.test(value)
    ? []
    : [
        `${key} is ${value === '' ? 'empty' : 'a value (not shown)'}: must be ${example}; pulumi config set --secret ${key}`,
      ]

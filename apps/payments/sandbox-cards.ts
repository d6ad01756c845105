/** What the sandbox does when a card is charged. */
export interface Behaviour {
  /** Undefined: the request never reaches the gateway. */
  status: 'succeeded' | 'failed' | 'processing' | 'needs_action' | undefined
  reason?: string
  /** The charge is made, but its answer is lost. */
  isUnanswered?: true
}

/** How long a charge that answers late is processed. */
export const LATE_SECONDS = 2

export const BEHAVIOURS = {
  succeeds: { status: 'succeeded' },
  declined: { status: 'failed', reason: 'card_declined' },
  insufficient_funds: { status: 'failed', reason: 'insufficient_funds' },
  needs_action: { status: 'needs_action' },
  unanswered: { status: 'succeeded', isUnanswered: true },
  lost: { status: undefined },
  late: { status: 'processing' },
} as const satisfies Record<string, Behaviour>

export type BehaviourName = keyof typeof BEHAVIOURS

/** Numbers that behave in another way than to succeed; the first three are Stripe's test numbers of the same meaning. */
const BY_NUMBER: Readonly<Record<string, BehaviourName>> = {
  '4000000000000002': 'declined',
  '4000000000009995': 'insufficient_funds',
  '4000000000003220': 'needs_action',
  '4000000000000010': 'unanswered',
  '4000000000000036': 'late',
  '4000000000000044': 'lost',
}

/** Any other number that a card can have succeeds: none of them is real here. */
export const behaviourOf = (number: string): BehaviourName => BY_NUMBER[number] ?? 'succeeds'

/** `tok_visa` succeeds; `tok_declined` and so on behave as they are named. */
export function behaviourOfToken(token: string): BehaviourName | undefined {
  const name = token === 'tok_visa' ? 'succeeds' : token.replace(/^tok_/, '')
  return Object.hasOwn(BEHAVIOURS, name) ? (name as BehaviourName) : undefined
}

/** The number that a card behind such a token would have: its last four digits are shown. */
export const numberBehind = (behaviour: BehaviourName): string =>
  Object.keys(BY_NUMBER).find(number => BY_NUMBER[number] === behaviour) ?? '4242424242424242'

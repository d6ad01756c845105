import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  CardRefused,
  type ChargeRequest,
  GatewayUnanswered,
  type ListedCharge,
  type PaymentGateway,
  type SavedCard,
} from '../gateway.ts'

/** A gateway with cards whose behaviour is known, and a hand on what happens outside of it. */
export interface GatewayUnderTest {
  gateway: PaymentGateway
  tokens: Record<
    'good' | 'declined' | 'poor' | 'needsAction' | 'unanswered' | 'late' | 'lost',
    string
  >
  /** The buyer's answer to a charge that needs action. */
  act: (key: string, approve: boolean) => Promise<unknown>
  /** Lets the time pass after which a charge that is processed has succeeded. */
  settle: (key: string) => Promise<unknown>
  close: () => Promise<void>
}

const OWNER = { userId: randomUUID(), customer: null }

/** What the service relies on, whoever moves the money. */
export function gatewayContract(open: () => Promise<GatewayUnderTest>): void {
  let under: GatewayUnderTest
  let gateway: PaymentGateway

  beforeAll(async () => {
    under = await open()
    gateway = under.gateway
  })
  afterAll(() => under?.close())

  const cardFor = (kind: keyof GatewayUnderTest['tokens']): Promise<SavedCard> =>
    gateway.tokenise({ token: under.tokens[kind] }, OWNER)
  const requestFor = async (
    kind: keyof GatewayUnderTest['tokens'] = 'good',
    change: Partial<ChargeRequest> = {},
  ): Promise<ChargeRequest> => ({
    key: randomUUID(),
    card: await cardFor(kind),
    amountCents: 4_250,
    currency: 'USD',
    about: { orderId: randomUUID(), userId: OWNER.userId, paymentMethodId: randomUUID() },
    madeAt: new Date(),
    chargeId: null,
    ...change,
  })
  async function listed(since: Date): Promise<ListedCharge[]> {
    const charges: ListedCharge[] = []
    let after: string | undefined
    do {
      const page = await gateway.list(since, after)
      charges.push(...page.charges)
      after = page.next
    } while (after !== undefined)
    return charges
  }
  const listedAs = async ({ key, madeAt }: ChargeRequest) =>
    (await listed(new Date(madeAt.getTime() - 60_000))).filter(charge => charge.key === key)
  async function charged(request: ChargeRequest) {
    const { id, ...charge } = await gateway.charge(request)
    if (id === null) throw new Error(`not charged: ${JSON.stringify(charge)}`)
    return { ...charge, id }
  }

  describe('cards', () => {
    test('a number becomes a token that does not hold it, with what may be shown', async () => {
      const number = '5555555555554444'
      const card = await gateway.tokenise({ number, expiryMonth: 4, expiryYear: 2031 }, OWNER)
      expect(card).toMatchObject({ brand: 'mastercard', last4: '4444' })
      expect(card).toMatchObject({ expiryMonth: 4, expiryYear: 2031 })
      expect(JSON.stringify(card)).not.toContain(number.slice(0, 12))
    })

    test('a token that the gateway never gave is refused, and not quoted', async () => {
      const saving = gateway.tokenise({ token: 'tok_nobody_knows' }, OWNER)
      await expect(saving).rejects.toThrow(CardRefused)
      await expect(saving).rejects.not.toThrow('nobody_knows')
    })

    test('a second card of a user stays with the same customer', async () => {
      const first = await cardFor('good')
      const second = await gateway.tokenise(
        { token: under.tokens.good },
        { ...OWNER, customer: first.customer },
      )
      expect(second.customer).toBe(first.customer)
      expect(second.token).not.toBe(first.token)
    })

    test('a card that was forgotten can not be charged, and may be forgotten again', async () => {
      const request = await requestFor()
      await gateway.forget(request.card)
      await gateway.forget(request.card)
      expect(await gateway.charge(request)).toMatchObject({ status: 'failed', refundedCents: 0 })
    })
  })

  describe('charges', () => {
    test('a good card is charged, and the charge is found by its key', async () => {
      const request = await requestFor()
      const charge = await gateway.charge(request)
      expect(charge).toMatchObject({
        ...{ key: request.key, status: 'succeeded', reason: null, actionUrl: null },
        ...{ amountCents: 4_250, currency: 'USD', refundedCents: 0 },
      })
      expect(await gateway.find(request)).toMatchObject(charge)
      expect(await gateway.find({ ...request, chargeId: charge.id })).toMatchObject(charge)
    })

    test('what was never asked for is not found', async () => {
      expect(await gateway.find(await requestFor())).toBeUndefined()
    })

    test('one key charges once, however often and however much at once', async () => {
      const request = await requestFor()
      const charges = await Promise.all(Array.from({ length: 8 }, () => gateway.charge(request)))
      charges.push(await gateway.charge(request))
      expect(new Set(charges.map(({ id }) => id)).size).toBe(1)
      expect(await listedAs(request)).toHaveLength(1)
    })

    test('a key with another sum is refused and changes nothing', async () => {
      const request = await requestFor()
      await gateway.charge(request)
      await expect(gateway.charge({ ...request, amountCents: 1 })).rejects.toThrow()
      expect(await gateway.find(request)).toMatchObject({ amountCents: 4_250 })
      expect(await listedAs(request)).toHaveLength(1)
    })

    test.each([
      ['declined', 'card_declined'],
      ['poor', 'insufficient_funds'],
    ] as const)('a card that is %s fails for good, with the reason', async (kind, reason) => {
      const request = await requestFor(kind)
      const failed = { status: 'failed', reason: expect.stringContaining(reason) }
      expect(await gateway.charge(request)).toMatchObject(failed)
      expect(await gateway.find(request)).toMatchObject(failed)
      expect(await gateway.charge(request)).toMatchObject(failed)
    })

    test('an answer that is lost after the charge leaves one charge that is found', async () => {
      const request = await requestFor('unanswered')
      // A gateway's library may ask again by itself, with the same key.
      await gateway.charge(request).catch((error: unknown) => {
        expect(error).toBeInstanceOf(GatewayUnanswered)
      })
      expect(await gateway.find(request)).toMatchObject({ status: 'succeeded' })
      expect(await gateway.charge(request)).toMatchObject({ status: 'succeeded' })
      expect(await listedAs(request)).toHaveLength(1)
    })

    test('a charge that takes its time is processing, then succeeded', async () => {
      const request = await requestFor('late')
      expect(await gateway.charge(request)).toMatchObject({ status: 'processing' })
      expect(await gateway.find(request)).toMatchObject({ status: 'processing' })
      await under.settle(request.key)
      expect(await gateway.find(request)).toMatchObject({ status: 'succeeded' })
    })

    test.each([
      [true, 'succeeded'],
      [false, 'failed'],
    ] as const)(
      'a charge that needs action is as the buyer decides: %s',
      async (approve, status) => {
        const request = await requestFor('needsAction')
        expect(await gateway.charge(request)).toMatchObject({
          status: 'needs_action',
          actionUrl: expect.stringMatching(/^https?:/),
        })
        await under.act(request.key, approve)
        expect(await gateway.find(request)).toMatchObject({ status, actionUrl: null })
      },
    )
  })

  describe('cancelling', () => {
    test.each(['good', 'lost'] as const)(
      'what was not charged never will be, even by a request that comes later (%s)',
      async kind => {
        const request = await requestFor(kind)
        if (kind === 'lost')
          await expect(gateway.charge(request)).rejects.toThrow(GatewayUnanswered)
        expect(await gateway.cancel(request)).toMatchObject({ status: 'cancelled' })
        expect(await gateway.cancel(request)).toMatchObject({ status: 'cancelled' })
        await gateway.charge(request).catch((error: unknown) => {
          expect(error).toBeInstanceOf(GatewayUnanswered)
        })
        expect(await gateway.find(request)).toMatchObject({ status: 'cancelled' })
      },
    )

    test('a charge that needs action ends', async () => {
      const request = await requestFor('needsAction')
      await gateway.charge(request)
      expect(await gateway.cancel(request)).toMatchObject({ status: 'cancelled' })
    })

    test('what is charged already stays so, and says it', async () => {
      const request = await requestFor()
      await gateway.charge(request)
      expect(await gateway.cancel(request)).toMatchObject({ status: 'succeeded' })
      expect(await gateway.find(request)).toMatchObject({ status: 'succeeded' })
    })
  })

  describe('refunds', () => {
    test('one key refunds once, and parts add up', async () => {
      const request = await requestFor()
      const charge = await charged(request)
      const refund = { key: randomUUID(), charge, amountCents: 1_000, currency: 'USD' }
      const first = await gateway.refund(refund)
      expect(first).toMatchObject({ status: 'succeeded', reason: null })
      expect(await gateway.refund(refund)).toEqual(first)
      await gateway.refund({ ...refund, key: randomUUID(), amountCents: 250 })
      expect(await gateway.find(request)).toMatchObject({ refundedCents: 1_250 })
      expect(await listedAs(request)).toMatchObject([{ refundedCents: 1_250 }])
    })

    test('never more than was charged is given back, even when two ask at once', async () => {
      const request = await requestFor()
      const charge = await charged(request)
      const refund = () =>
        gateway.refund({ key: randomUUID(), charge, amountCents: 3_000, currency: 'USD' })
      const statuses = (await Promise.all([refund(), refund()])).map(({ status }) => status)
      expect(statuses.sort()).toEqual(['failed', 'succeeded'])
      expect(await gateway.find(request)).toMatchObject({ refundedCents: 3_000 })
    })

    test('what was not charged is not given back', async () => {
      const charge = await charged(await requestFor('declined'))
      expect(
        await gateway.refund({ key: randomUUID(), charge, amountCents: 1, currency: 'USD' }),
      ).toMatchObject({ status: 'failed' })
    })
  })

  test('the list has each charge since then once, in pages, with what it is about', async () => {
    const card = await cardFor('good')
    const requests = await Promise.all(
      Array.from({ length: 105 }, () => requestFor('good', { card })),
    )
    await Promise.all(requests.map(request => gateway.charge(request)))
    const found = await listed(new Date(Date.now() - 60_000))
    for (const { key, about } of requests)
      expect(found.filter(charge => charge.key === key)).toMatchObject([{ about }])
    expect(await listed(new Date(Date.now() + 60_000))).toEqual([])
  })
}

import type { Database } from '../shared/database/database.ts'
import {
  type Charge,
  type ChargeRequest,
  GatewayUnanswered,
  type ListedCharge,
  type PaymentGateway,
} from './gateway.ts'
import { cancel, charge, COLUMNS, refund, type Row, saveCard } from './sandbox-statements.ts'

export interface Sandbox extends PaymentGateway {
  /** What the buyer does about a charge that needs action. @returns whether there was one */
  act: (key: string, approve: boolean) => Promise<boolean>
}

const PAGE = 100
const NAME = 'sandbox'

/**
 * A gateway that moves no money. It is deterministic: what a card does depends on its number or token alone. Each method
 * is a transaction of its own, so that a process which dies at any moment leaves what a real gateway would have.
 * @param publicUrl where the buyer's answer to a charge that needs action is sent
 */
export function sandboxGateway(database: Database, publicUrl: string): Sandbox {
  const chargeOf = chargeMaker(publicUrl)
  const find = async (key: string) => {
    const [row] = await database.rows<Row>(
      { name: 'sandbox-charge', text: `select ${COLUMNS} from sandbox_charges c where key = $1` },
      [key],
    )
    return row && chargeOf(row)
  }
  const made = async ({ key }: ChargeRequest): Promise<Charge> => {
    const charge = await find(key)
    if (charge) return charge
    throw new Error(`the sandbox lost charge ${key}`)
  }
  return {
    name: NAME,
    tokenise: source => database.transaction(em => saveCard(em, source)),
    forget: async ({ token }) => {
      await database.transaction(em =>
        em.execute('delete from sandbox_cards where token = ?', [token]),
      )
    },
    charge: async request => {
      const isLost = await database.transaction(em => charge(em, request))
      if (isLost) throw new GatewayUnanswered(`no answer about charge ${request.key}`)
      return made(request)
    },
    find: ({ key }) => find(key),
    cancel: async request => {
      await database.transaction(em => cancel(em, request))
      return made(request)
    },
    refund: request => database.transaction(em => refund(em, request)),
    list: async (since, after) => {
      const rows = await database.rows<Row>(
        {
          name: 'sandbox-list',
          text: `select ${COLUMNS}, c.created_at::text || ' ' || c.key as position
            from sandbox_charges c
            where (c.created_at, c.key) > ($1::timestamptz, $2::uuid) order by c.created_at, c.key limit ${PAGE}`,
        },
        positionOf(since, after),
      )
      const next = rows.length === PAGE ? rows.at(-1)?.position : undefined
      return { charges: rows.map(row => ({ ...chargeOf(row), about: aboutOf(row) })), next }
    },
    act: async (key, approve) => {
      const { affectedRows } = await database.transaction(em =>
        em.execute<{ affectedRows: number }>(
          `update sandbox_charges set status = ?, reason = ? where key = ? and status = 'needs_action'`,
          approve ? ['succeeded', null, key] : ['failed', 'authentication_failed', key],
          'run',
        ),
      )
      return affectedRows === 1
    },
  }
}

const chargeMaker =
  (publicUrl: string) =>
  ({ key, id, status, reason, amountCents, currency, refundedCents }: Row): Charge => ({
    ...{ key, id, status, reason, amountCents, currency, refundedCents },
    actionUrl: status === 'needs_action' ? `${publicUrl}/payments/${key}/sandbox-action` : null,
  })

const aboutOf = ({ orderId, userId, paymentMethodId }: Row): ListedCharge['about'] => ({
  orderId,
  userId,
  paymentMethodId,
})

const FIRST_ID = '00000000-0000-0000-0000-000000000000'

function positionOf(since: Date, after: string | undefined): string[] {
  const split = after?.lastIndexOf(' ') ?? 0
  return after === undefined
    ? [since.toISOString(), FIRST_ID]
    : [after.slice(0, split), after.slice(split + 1)]
}

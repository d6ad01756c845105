import { describe } from 'vitest'
import { openDatabase } from '../shared/database/database.ts'
import { testDatabase } from '../shared/testing/test-database.ts'
import { MIGRATIONS } from './migrations-folder.ts'
import { PaymentMethodEntity } from './payment-method.ts'
import { sandboxGateway } from './sandbox.ts'
import { gatewayContract, type GatewayUnderTest } from './testing/gateway-contract.ts'

describe('the sandbox as a gateway', () => gatewayContract(openSandbox))

async function openSandbox(): Promise<GatewayUnderTest> {
  const arranged = await testDatabase('payments', MIGRATIONS)
  const database = await openDatabase({
    service: 'payments',
    url: arranged.url,
    poolSize: 5,
    entities: [PaymentMethodEntity],
    migrations: MIGRATIONS,
  })
  const sandbox = sandboxGateway(database, 'http://shop.test')
  return {
    gateway: sandbox,
    tokens: {
      good: 'tok_visa',
      declined: 'tok_declined',
      poor: 'tok_insufficient_funds',
      needsAction: 'tok_needs_action',
      unanswered: 'tok_unanswered',
      late: 'tok_late',
      lost: 'tok_lost',
    },
    act: sandbox.act,
    settle: key =>
      arranged.query('update payments.sandbox_charges set settles_at = now() where key = $1', [
        key,
      ]),
    close: async () => {
      await database.close()
      await arranged.close()
    },
  }
}

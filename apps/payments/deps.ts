import type { Database } from '../shared/database/database.ts'
import type { Log } from '../shared/process/log.ts'
import type { PaymentGateway } from './gateway.ts'
import type { FindOrder } from './orders-client.ts'

/** What the use cases stand on. */
export interface PaymentsDeps {
  database: Database
  gateway: PaymentGateway
  findOrder: FindOrder
  log: Log
  /** How old a payment must be before it is ended when the gateway knows nothing of it: no request takes as long. */
  unansweredSeconds: number
}

import type { Hono } from 'hono'
import type { AppEnv } from '../shared/http/http.ts'
import { describe } from '../shared/http/openapi.ts'
import { LINK_HEADER, PageQuery, setNextLink } from '../shared/http/page.ts'
import { limitByAddress, limitByCaller } from '../shared/http/rate-limit.ts'
import { answers, answersNothing, body, params, query } from '../shared/http/validation.ts'
import type { PaymentsApp } from './app.ts'
import {
  deletePaymentMethod,
  findPaymentMethod,
  listPaymentMethods,
  savePaymentMethod,
} from './payment-methods.ts'
import {
  PaymentMethodCreate,
  PaymentMethodId,
  PaymentMethodResponse,
  PaymentMethods,
} from './schemas.ts'

/** The paths under `/payment-methods`. */
export function addPaymentMethods(app: Hono<AppEnv>, deps: PaymentsApp): Hono<AppEnv> {
  const { database, auth } = deps
  const user = auth.requireUser()
  const missing = { 404: 'Payment method not found' }
  return app
    .post(
      '/payment-methods',
      describe('Save a card; its number goes to the gateway and is kept nowhere', {
        403: 'user_id is not the caller',
      }),
      limitByAddress(deps.cards.perAddress, deps.trustedProxyHops),
      user,
      limitByCaller(deps.cards.perUser),
      body(PaymentMethodCreate),
      answers(201, PaymentMethodResponse),
      async c => c.var.answer(await savePaymentMethod(deps, c.var.caller, c.req.valid('json'))),
    )
    .get(
      '/payment-methods',
      describe('List my cards, oldest first'),
      user,
      query(PageQuery),
      answers(200, PaymentMethods, { headers: LINK_HEADER }),
      async c => {
        const page = await listPaymentMethods(database, c.var.caller, c.req.valid('query'))
        setNextLink(c, page.next)
        return c.var.answer(page.items)
      },
    )
    .get(
      '/payment-methods/:payment_method_id',
      describe('A card (its owner or an admin)', missing),
      user,
      params(PaymentMethodId),
      answers(200, PaymentMethodResponse),
      async c => {
        const { payment_method_id } = c.req.valid('param')
        return c.var.answer(await findPaymentMethod(database, c.var.caller, payment_method_id))
      },
    )
    .delete(
      '/payment-methods/:payment_method_id',
      describe('Forget a card (its owner or an admin)', missing),
      user,
      params(PaymentMethodId),
      answersNothing(),
      async c => {
        await deletePaymentMethod(deps, c.var.caller, c.req.valid('param').payment_method_id)
        return c.var.done()
      },
    )
}

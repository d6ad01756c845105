/** What must hold of the tables once everything has settled. */
export interface Rule {
  rule: string
  /** Finds what breaks it: rows of one text column. `$1` is the id of the scarce product. */
  broken: string
}

/** What the gateway says of its charges: one that it processed succeeds when its time has come. */
const CHARGES = `(
  select key, id, order_id, currency, amount_cents,
    case when status = 'processing' and settles_at <= now() then 'succeeded' else status end as status
  from payments.sandbox_charges)`

/** Net of what the gateway gave back; what is left was really taken from the buyer. */
const CHARGED = `(
  select c.key, c.id, c.order_id, c.currency,
    c.amount_cents - coalesce((
      select sum(r.amount_cents) from payments.sandbox_refunds r where r.charge_key = c.key), 0) as net_cents
  from ${CHARGES} c where c.status = 'succeeded')`

const PAID = `('paid', 'shipped', 'delivered')`

export const RULES: readonly Rule[] = [
  {
    rule: 'every charge that was not given back has one paid order of its sum',
    broken: `
      select 'charge ' || c.id || ' of ' || c.net_cents || ' for order ' || c.order_id ||
        coalesce(' (' || o.status || ', ' || o.total_cents || ')', ', which is not there')
      from ${CHARGED} c left join orders.orders o on o.id = c.order_id
      where c.net_cents > 0 and (o.id is null or o.status not in ${PAID}
        or o.payment_id <> c.key or o.total_cents <> c.net_cents or o.currency <> c.currency)`,
  },
  {
    rule: 'every paid order has one charge of its sum',
    broken: `
      select 'order ' || o.id || ' of ' || o.total_cents || ' has ' || count(c.key) || ' charges'
      from orders.orders o left join ${CHARGED} c on c.order_id = o.id and c.net_cents > 0
      where o.status in ${PAID} group by o.id, o.total_cents
      having count(c.key) <> 1 or sum(c.net_cents) <> o.total_cents`,
  },
  {
    rule: 'payments say what the gateway says',
    broken: `
      select 'payment ' || coalesce(p.id, c.key) || ': ' || coalesce(p.status, 'not there') ||
        ', the gateway: ' || coalesce(c.status, 'not there')
      from payments.payments p full join ${CHARGES} c on c.key = p.id
      where (p.status in ('completed', 'refunded')) is distinct from (c.status = 'succeeded')
        and not (p.status = 'failed' and c.key is null)`,
  },
  {
    rule: 'refunds add up to what the gateway gave back',
    broken: `
      select 'payment ' || p.id || ': ' || p.refunded_cents || ', the gateway: ' || coalesce(sum(r.amount_cents), 0)
      from payments.payments p left join payments.sandbox_refunds r on r.charge_key = p.id
      group by p.id, p.refunded_cents having p.refunded_cents <> coalesce(sum(r.amount_cents), 0)`,
  },
  {
    rule: 'the ledger of payments sums to zero and agrees with the payments',
    broken: `
      select 'payment ' || payment_id || ': ' || sum(amount_cents) from payments.ledger
        group by payment_id having sum(amount_cents) <> 0
      union all
      select 'payment ' || p.id || ': booked ' || coalesce(l.booked, 0)
      from payments.payments p left join (
        select payment_id, abs(sum(amount_cents)) as booked from payments.ledger
        where account = 'gateway' group by payment_id) l on l.payment_id = p.id
      where coalesce(l.booked, 0) <>
        case when p.status in ('completed', 'refunded') then p.amount_cents - p.refunded_cents else 0 end`,
  },
  {
    rule: 'no reservation is left, and what was paid was taken from the stock',
    broken: `
      select 'reservation of order ' || r.order_id || ' is ' || r.status || ', the order ' ||
        coalesce(o.status, 'not there')
      from inventory.reservations r left join orders.orders o on o.id = r.order_id
      where r.status = 'held' or (r.status = 'consumed') is distinct from coalesce(o.status in ${PAID}, false)
      union all
      select 'order ' || o.id || ' is paid and has no reservation'
      from orders.orders o left join inventory.reservations r on r.order_id = o.id
      where o.status in ${PAID} and r.order_id is null`,
  },
  {
    rule: "the stock's ledger sums to the stock",
    broken: `
      select 'product ' || s.product_id || ': on hand ' || s.on_hand || ' against ' || l.on_hand ||
        ', reserved ' || s.reserved || ' against ' || l.reserved
      from inventory.stock s join (
        select product_id, sum(on_hand_delta) as on_hand, sum(reserved_delta) as reserved
        from inventory.ledger group by product_id) l using (product_id)
      where s.on_hand <> l.on_hand or s.reserved <> l.reserved`,
  },
  {
    rule: 'inventory itself finds no difference in its ledger',
    broken: `select to_jsonb(d)::text from inventory.ledger_differences d`,
  },
  {
    rule: 'stock is what there was less what was sold',
    broken: `
      select 'product ' || s.product_id || ': ' || s.on_hand || ' on hand, ' || opening.on_hand_delta ||
        ' at first, ' || coalesce(sold.quantity, 0) || ' sold'
      from inventory.stock s
      join inventory.ledger opening on opening.product_id = s.product_id and opening.kind = 'opening'
      left join (
        select i.product_id, sum(i.quantity) as quantity from orders.order_items i
        join orders.orders o on o.id = i.order_id and o.status in ${PAID} group by i.product_id
      ) sold on sold.product_id = s.product_id
      where s.on_hand <> opening.on_hand_delta - coalesce(sold.quantity, 0)`,
  },
  {
    rule: 'the catalogue shows the stock that there is',
    broken: `
      select 'product ' || p.id || ': shows ' || p.stock_quantity || ', available ' || s.on_hand - s.reserved
      from products.products p join inventory.stock s on s.product_id = p.id
      where p.stock_quantity <> s.on_hand - s.reserved`,
  },
  {
    rule: 'an order takes each step at most once',
    broken: `
      select 'order ' || order_id || ': ' || step || ' ' || count(*) || ' times' from orders.order_steps
      where step in ('placed', 'paid', 'cancelled', 'refunded') group by order_id, step having count(*) > 1`,
  },
  {
    // Cancelled, and later that a charge which came after that goes back: two things, where there is such a refund.
    rule: 'no buyer is told the same thing about an order twice',
    broken: `
      select 'user ' || user_id || ': ' || kind || ' of order ' || order_id || ' ' || count(*) || ' times'
      from notifications.messages m cross join lateral (select data ->> 'order_id' as order_id) about
      where kind like 'order_%' group by user_id, kind, order_id
      having count(*) > case when kind = 'order_cancelled' and exists (
        select from payments.refunds r join payments.payments p on p.id = r.payment_id
        where p.order_id::text = about.order_id and r.cause in ('order_cancelled', 'late_charge'))
        then 2 else 1 end`,
  },
  {
    rule: 'every buyer is told once that the order was placed, and that it was paid',
    broken: `
      select 'order ' || o.id || ': ' || told.kind from orders.orders o
      cross join (values ('order_placed'), ('order_paid')) told (kind)
      where (told.kind = 'order_placed' or o.status in ${PAID}) and not exists (
        select from notifications.messages m
        where m.user_id = o.user_id and m.kind = told.kind and m.data ->> 'order_id' = o.id::text)`,
  },
  {
    rule: 'every message that was to be sent was sent, once',
    broken: `
      select 'delivery ' || id || ' by ' || channel || ' is ' || state from notifications.deliveries
        where state <> 'sent'
      union all
      select 'event ' || event_id || ' by ' || channel || ' to user ' || user_id || ' ' || count(*) || ' times'
      from notifications.deliveries group by event_id, channel, user_id, device_id having count(*) > 1`,
  },
]

/** Units of the scarce product in orders that were paid. */
export const SOLD = `
  select coalesce(sum(i.quantity), 0)::int as sold from orders.order_items i
  join orders.orders o on o.id = i.order_id
  where i.product_id = $1 and o.status in ${PAID}`

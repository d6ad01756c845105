import type { Content, Kind } from './kinds.ts'
import { money, oneLine, utcTime } from './safe-text.ts'

/** A message in words, before it has a form: plain text, in which nothing is markup. */
export interface Text {
  /** One line; the subject of a mail and the title elsewhere. */
  title: string
  /** The first one also stands alone, in a text message. */
  paragraphs: readonly [string, ...string[]]
  /** Lines of an order. */
  rows?: readonly { name: string; value: string }[]
  /** What to open, or to enter where there is no page to open. */
  action?: { label: string; url: string } | { label: string; code: string }
}

export interface Site {
  /** One line. */
  shopName: string
  /** Empty: there are no pages to lead to. */
  pagesUrl: string
}

/** A short form of an id that people can compare. */
const short = (id: string): string => id.slice(0, 8)

const rowsOf = ({ items, total_cents, currency }: Content<'order_paid'>) => [
  ...items.map(({ product_name, quantity, unit_price_cents }) => ({
    name: `${quantity} × ${oneLine(product_name)}`,
    value: money(quantity * unit_price_cents, currency),
  })),
  { name: 'Total', value: money(total_cents, currency) },
]

/** The token stands behind #, which a browser sends to nobody. */
const leadTo = ({ pagesUrl }: Site, page: string, label: string, token: string) =>
  pagesUrl === ''
    ? { label: `${label} with this code`, code: token }
    : { label, url: `${pagesUrl.replace(/\/+$/, '')}/${page}#token=${encodeURIComponent(token)}` }

const CANCELLED: Record<string, string> = {
  requested: 'as you asked',
  expired: 'because it was not paid in time',
  out_of_stock: 'because it was sold out before your payment arrived',
}

/** Every text that users get, in one place. */
export const TEXTS: { readonly [K in Kind]: (content: Content<K>, site: Site) => Text } = {
  welcome: (_, { shopName }) => ({
    title: `Welcome to ${shopName}`,
    paragraphs: ['Your account is ready.', 'If you did not register, you need not do anything.'],
  }),
  order_placed: content => ({
    title: `We have your order ${short(content.order_id)}`,
    paragraphs: [
      `Your order ${short(content.order_id)} of ${money(content.total_cents, content.currency)} is reserved until ${utcTime(content.expires_at)}. Please pay it by then.`,
    ],
    rows: rowsOf(content),
  }),
  order_paid: content => ({
    title: `Your order ${short(content.order_id)} is paid`,
    paragraphs: [
      `Thank you: we have received ${money(content.total_cents, content.currency)} for your order ${short(content.order_id)}.`,
      'We tell you as soon as it is on its way.',
    ],
    rows: rowsOf(content),
  }),
  order_shipped: ({ order_id }) => ({
    title: `Your order ${short(order_id)} is on its way`,
    paragraphs: [`We have shipped your order ${short(order_id)}.`],
  }),
  order_delivered: ({ order_id }) => ({
    title: `Your order ${short(order_id)} has arrived`,
    paragraphs: [`Your order ${short(order_id)} was delivered.`],
  }),
  order_cancelled: ({ order_id, reason, payment_id }) =>
    reason === 'paid_twice'
      ? {
          title: `Your order ${short(order_id)} was paid twice`,
          paragraphs: [
            `Your order ${short(order_id)} was paid already. The second payment goes back to you in full; the order goes on.`,
          ],
        }
      : {
          title: `Your order ${short(order_id)} is cancelled`,
          paragraphs: [
            `We have cancelled your order ${short(order_id)}${CANCELLED[reason] ? ` ${CANCELLED[reason]}` : ''}.`,
            payment_id === null
              ? 'Nothing was charged.'
              : 'What you paid goes back to you in full; we tell you when it is done.',
          ],
        },
  order_refunded: ({ order_id, amount_cents, currency }) => ({
    title: `Refund for your order ${short(order_id)}`,
    paragraphs: [
      `We have sent back ${money(amount_cents, currency)} for your order ${short(order_id)}.`,
    ],
  }),
  payment_failed: ({ order_id, amount_cents, currency, reason }) => ({
    title: `The payment of your order ${short(order_id)} failed`,
    paragraphs: [
      `The payment of ${money(amount_cents, currency)} for your order ${short(order_id)} did not succeed (${oneLine(reason, 80).replaceAll('_', ' ')}).`,
      'Nothing was charged. You can try again as long as the order is reserved.',
    ],
  }),
  low_stock: ({ product_id, available, threshold }) => ({
    title: `Low stock: ${available} left of ${short(product_id)}`,
    paragraphs: [
      `Product ${product_id} has ${available} pieces left; the threshold is ${threshold}.`,
    ],
  }),
  password_reset: ({ token, expires_at }, site) => ({
    title: 'Choose a new password',
    paragraphs: [
      `Somebody, probably you, asked for a new password of your account at ${site.shopName}. It can be chosen once, until ${utcTime(expires_at)}.`,
      'If it was not you, you need not do anything: your password stays as it is.',
    ],
    action: leadTo(site, 'password-reset', 'Choose a new password', token),
  }),
  email_verification: ({ token, expires_at }, site) => ({
    title: 'Confirm your e-mail address',
    paragraphs: [
      `Please confirm that this address belongs to your account at ${site.shopName}, until ${utcTime(expires_at)}.`,
      'If you have no account with us, you need not do anything.',
    ],
    action: leadTo(site, 'verify-email', 'Confirm the address', token),
  }),
}

/** The words of a kind, each part on one line whatever stands in the content. */
export function textOf<K extends Kind>(kind: K, content: Content<K>, site: Site): Text {
  const { title, paragraphs, rows, ...text } = TEXTS[kind](content, site)
  const [first, ...others] = paragraphs
  return {
    ...text,
    title: oneLine(title),
    paragraphs: [oneLine(first, PARAGRAPH_MAX), ...others.map(it => oneLine(it, PARAGRAPH_MAX))],
    ...(rows && { rows: rows.map(({ name, value }) => ({ name: oneLine(name), value })) }),
  }
}

const PARAGRAPH_MAX = 500

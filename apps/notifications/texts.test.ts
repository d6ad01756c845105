import { describe, expect, test } from 'vitest'
import { type Content, CONTENTS, type Kind, KINDS } from './kinds.ts'
import { renderMail, renderShort, renderSms } from './render.ts'
import { greetedName, money, oneLine, utcTime } from './safe-text.ts'
import { type Site, textOf } from './texts.ts'

const ID = '6f1f6d3c-7a55-4f1a-9a39-0d6f3c3b8f6e'
const EVIL = `<script>alert(1)</script>"'&\r\nBcc: victim@example.com\r\n\r\n<b>\u202emoc.live\u2028`
const order = { order_id: ID }
const priced = (name: string) => ({
  ...order,
  items: [{ product_name: name, quantity: 2, unit_price_cents: 123_456 }],
  total_cents: 246_912,
  currency: 'USD',
})
const sum = { amount_cents: 1999, currency: 'USD' }
const secret = { token: 'a+b/c=<"&', expires_at: '2026-11-25T14:30:00.000Z' }

/** Each kind with text of others in every field that may hold any. */
const contents = (text: string): { [K in Kind]: Content<K> } => ({
  welcome: {},
  order_placed: { ...priced(text), expires_at: secret.expires_at },
  order_paid: priced(text),
  order_shipped: order,
  order_delivered: order,
  order_cancelled: { ...order, reason: text, payment_id: null },
  order_refunded: { ...order, ...sum },
  payment_failed: { ...order, ...sum, reason: text },
  low_stock: { product_id: ID, available: 3, threshold: 5 },
  password_reset: secret,
  email_verification: secret,
})

const SITES: readonly Site[] = [
  { shopName: 'Shop', pagesUrl: '' },
  { shopName: `Ada's <b>Shop</b> & Co`, pagesUrl: 'https://shop.example.com/account/' },
]
const render = (kind: Kind, text: string, site: Site, name = text) => {
  const words = textOf(kind, CONTENTS[kind].parse(contents(text)[kind]) as never, site)
  return renderMail(words, name, site).then(mail => ({
    ...{ mail, sms: renderSms(words, site), short: renderShort(words) },
  }))
}

describe.each(KINDS)('%s', kind => {
  test.each(SITES)('lets no text of others become markup, header or line (%#)', async site => {
    const { mail, sms, short } = await render(kind, EVIL, site)
    expect(mail.html).not.toMatch(/<script|<b>/)
    expect(mail.html.match(/<[^>]*["'][^>]*alert/g)).toBeNull()
    for (const line of [mail.subject, sms, short.title]) {
      expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u)
      expect(Array.from(line).length).toBeLessThanOrEqual(300)
    }
    expect(mail.text).not.toMatch(/^(Bcc|Cc|To|Subject):/im)
    expect(mail.text).not.toMatch(/[\u2028\u202e\r]/)
  })

  test('says something in every form', async () => {
    const { mail, sms, short } = await render(kind, 'Walnut Desk', SITES[0]!, 'Ada Lovelace')
    expect(mail.subject.length).toBeGreaterThan(5)
    expect(mail.text).toMatch(/^Hello Ada Lovelace,\n\n\S/)
    expect(mail.html).toContain('Hello Ada Lovelace,')
    expect(sms).toMatch(/^Shop: \S/)
    expect(short.body).not.toBe('')
    for (const text of [mail.subject, mail.text, mail.html, sms, short.title, short.body])
      expect(text).not.toMatch(/undefined|null|NaN|\[object|Invalid/)
  })
})

test('text and HTML of an order tell its lines and its total', async () => {
  const { mail } = await render('order_paid', 'Walnut & Desk', SITES[0]!)
  expect(mail.text).toContain('2 × Walnut & Desk: 2,469.12 USD\nTotal: 2,469.12 USD')
  expect(mail.html).toContain('2 × Walnut &amp; Desk')
})

test('a secret stands behind # of a page, or alone where there is no page', async () => {
  const [without, within] = await Promise.all(SITES.map(site => render('password_reset', '', site)))
  expect(without?.mail.text).toContain('a+b/c=<"&')
  expect(without?.mail.html).toContain('a+b/c=&lt;&quot;&amp;')
  const url = 'https://shop.example.com/account/password-reset#token=a%2Bb%2Fc%3D%3C%22%26'
  expect(within?.mail.text).toContain(url)
  expect(within?.mail.html).toContain(`href="${url}"`)
  expect(within?.mail.text).toContain('25 November, 14:30 UTC')
})

test('a charge that is given back is told so, and so is a second payment', async () => {
  const cancelled = (reason: string, payment_id: string | null) =>
    textOf('order_cancelled', { ...order, reason, payment_id }, SITES[0]!)
  expect(cancelled('expired', null).paragraphs.join(' ')).toContain('Nothing was charged')
  expect(cancelled('out_of_stock', ID).paragraphs.join(' ')).toContain('goes back to you in full')
  expect(cancelled('paid_twice', ID).title).toContain('paid twice')
})

test.each([
  ['Ada Lovelace', 'Ada Lovelace'],
  ["Seán O'Leary-Ní Bhriain Jr.", "Seán O'Leary-Ní Bhriain Jr."],
  ['  李 小龍 ', '李 小龍'],
  ['Win 1000 coins', undefined],
  ['Click evil.example', undefined],
  ['see https://evil.example', undefined],
  ['www.evil', undefined],
  ['', undefined],
  ['a'.repeat(61), undefined],
])('a mail to "%s" greets %s: a name can not advertise', (given, greeted) => {
  expect(greetedName(given)).toBe(greeted)
})

test.each([
  ['a\r\nb', 10, 'a b'],
  ['a\u2028b\u0000c', 10, 'a b c'],
  ['😀'.repeat(5), 3, '😀😀…'],
  ['  a   b ', 10, 'a b'],
])('one line of %j within %i characters', (text, max, line) => {
  expect(oneLine(text, max)).toBe(line)
})

test('sums and times are written for people', () => {
  expect(money(1_234_567, 'EUR')).toBe('12,345.67 EUR')
  expect(money(5, 'USD')).toBe('0.05 USD')
  expect(utcTime('2026-01-02T23:05:00.000Z')).toBe('2 January, 23:05 UTC')
})

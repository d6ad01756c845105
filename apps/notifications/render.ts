import { html } from 'hono/html'
import { greetedName, oneLine } from './safe-text.ts'
import type { Site, Text } from './texts.ts'

export interface Mail {
  subject: string
  text: string
  html: string
}

/** A mail in both forms, with a greeting. Everything but the markup below is escaped. */
export async function renderMail(text: Text, fullName: string, site: Site): Promise<Mail> {
  const name = greetedName(fullName)
  const greeting = name === undefined ? 'Hello,' : `Hello ${name},`
  return {
    subject: text.title,
    text: plain(text, greeting, site),
    html: String(await page(text, greeting, site)),
  }
}

const SMS_MAX = 300

/** One paragraph with the shop's name: who sends it is all that a phone shows. */
export const renderSms = ({ paragraphs: [first] }: Text, { shopName }: Site): string =>
  oneLine(`${shopName}: ${first}`, SMS_MAX)

/** Title and body, as apps show them and the shop's own list. */
export const renderShort = ({ title, paragraphs }: Text): { title: string; body: string } => ({
  title,
  body: paragraphs.join('\n'),
})

function plain({ paragraphs, rows = [], action }: Text, greeting: string, site: Site): string {
  const parts = [
    greeting,
    ...paragraphs,
    ...(rows.length > 0 ? [rows.map(({ name, value }) => `${name}: ${value}`).join('\n')] : []),
    ...(action ? [`${action.label}:\n${'url' in action ? action.url : action.code}`] : []),
    site.shopName,
  ]
  return `${parts.join('\n\n')}\n`
}

const page = ({ title, paragraphs, rows = [], action }: Text, greeting: string, site: Site) =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
      </head>
      <body
        style="margin: 0; padding: 24px; background: #f4f4f5; color: #18181b; font: 16px/1.5 Arial, sans-serif"
      >
        <div
          style="max-width: 560px; margin: 0 auto; padding: 24px; background: #ffffff; border-radius: 8px"
        >
          <h1 style="font-size: 20px; margin: 0 0 16px">${title}</h1>
          <p>${greeting}</p>
          ${paragraphs.map(paragraph => html`<p>${paragraph}</p>`)}
          ${rows.length > 0 ? table(rows) : ''} ${action ? button(action) : ''}
          <p style="color: #71717a">${site.shopName}</p>
        </div>
      </body>
    </html> `

const table = (rows: NonNullable<Text['rows']>) =>
  html`<table style="width: 100%; border-collapse: collapse">
    ${rows.map(
      ({ name, value }) =>
        html`<tr>
          <td style="padding: 4px 0">${name}</td>
          <td style="padding: 4px 0; text-align: right">${value}</td>
        </tr>`,
    )}
  </table>`

const button = (action: NonNullable<Text['action']>) =>
  'url' in action
    ? html`<p>
        <a
          href="${action.url}"
          style="display: inline-block; padding: 12px 20px; background: #18181b; color: #ffffff; border-radius: 6px; text-decoration: none"
          >${action.label}</a
        >
      </p>`
    : html`<p>
        ${action.label}:<br /><code style="font-size: 18px; word-break: break-all"
          >${action.code}</code
        >
      </p>`

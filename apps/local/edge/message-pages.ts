import { Hono } from 'hono'
import { html } from 'hono/html'
import { type MessageFile, readMessageFiles } from '../../shared/message-file.ts'
import { unknownPath } from './routing.ts'

const SHOWN = 100

/**
 * Mail, text messages and push messages that services would have sent: a page for browsers, JSON for everybody else.
 * There is no such page on AWS.
 */
export function createMessagePages(folder: string): Hono {
  const app = new Hono()
  app.use(async (c, next) => {
    await next()
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Cache-Control', 'no-store')
    // A mail is shown as it is, but runs nothing, loads nothing and sends nothing.
    c.header(
      'Content-Security-Policy',
      "default-src 'none'; style-src 'unsafe-inline'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
  })
  app.get('/', async c => {
    const messages = await readMessageFiles(folder, SHOWN)
    const wantsPage = c.req.header('accept')?.includes('text/html') ?? false
    return wantsPage ? c.html(page(messages)) : c.json(messages)
  })
  app.get('/:id', async c => {
    const messages = await readMessageFiles(folder, Infinity)
    const found = messages.find(({ id, html: mail }) => id === c.req.param('id') && mail !== '')
    if (!found) throw unknownPath()
    return c.html(found.html)
  })
  return app
}

const page = (messages: readonly MessageFile[]) =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Messages</title>
        <style>
          body {
            font:
              16px/1.5 system-ui,
              sans-serif;
            max-width: 50rem;
            margin: 2rem auto;
            padding: 0 1rem;
          }
          article {
            border-top: 1px solid #ccc;
            padding: 0.5rem 0;
          }
          pre {
            white-space: pre-wrap;
          }
        </style>
      </head>
      <body>
        <h1>Messages</h1>
        <p>What the shop would have sent. The newest ${SHOWN}; reload to see more.</p>
        ${messages.length === 0 ? html`<p>None yet.</p>` : messages.map(article)}
      </body>
    </html>`

const article = ({ id, at, channel, to, subject, text, html: mail }: MessageFile) =>
  html`<article>
    <h2>${subject === '' ? channel : subject}</h2>
    <p>
      ${channel} to <strong>${to}</strong>, <time>${at}</time>
      ${mail === '' ? '' : html`<a href="/dev/messages/${id}">as it looks</a>`}
    </p>
    <pre>${text}</pre>
  </article>`

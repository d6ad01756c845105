import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Hono } from 'hono'
import { html } from 'hono/html'

const ASSETS = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const

const START_SCRIPT = `
SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  validatorUrl: null,
})
`

/** The documentation page: Swagger UI from its npm package. The policy holds it to this origin: no CDN, no fonts, no telemetry. */
export function createDocs(publicUrl: string): Hono {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  const app = new Hono()
  app.use(async (c, next) => {
    await next()
    c.header('X-Content-Type-Options', 'nosniff')
    c.header(
      'Content-Security-Policy',
      // The page sets styles on its elements, and its icons are data: URLs inside its style sheet.
      `default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self' ${publicUrl}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
  })
  app.get('/', c => c.html(page()))
  app.get('/start.js', c =>
    c.body(START_SCRIPT, 200, { 'Content-Type': ASSETS['swagger-ui-bundle.js'] }),
  )
  for (const [name, type] of Object.entries(ASSETS)) {
    let content: Uint8Array<ArrayBuffer> | undefined
    app.get(`/${name}`, c => {
      content ??= new Uint8Array(readFileSync(join(folder, name)))
      return c.body(content, 200, { 'Content-Type': type, 'Cache-Control': 'max-age=3600' })
    })
  }
  return app
}

const page = () =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Shop API</title>
        <link rel="stylesheet" href="/docs/swagger-ui.css" />
        <link rel="icon" href="/docs/favicon-32x32.png" />
      </head>
      <body>
        <div id="docs"></div>
        <script src="/docs/swagger-ui-bundle.js"></script>
        <script src="/docs/start.js"></script>
      </body>
    </html>`

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { testDatabase } from '../shared/testing/test-database.ts'
import { MIGRATIONS } from './migrations-folder.ts'

test('migrate loads MikroORM only when something is pending', async () => {
  const done = await testDatabase('payments', MIGRATIONS)
  const empty = await testDatabase('payments')
  try {
    expect(migrate(done)).toMatchObject({ status: 0, stdout: 'nothing to migrate\n' })
    expect(migrate(empty).stderr).toMatch(/@mikro-orm.* was asked for/)
  } finally {
    await Promise.all([done.close(), empty.close()])
  }
})

/** In a process that fails when it asks for MikroORM. */
function migrate({ url, adminUrl }: Awaited<ReturnType<typeof testDatabase>>) {
  const loader = join(import.meta.dirname, '../shared/testing/without-mikro-orm.ts')
  return spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), 'migrate'], {
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      PORT: '1',
      PUBLIC_URL: 'http://shop.test',
      JWKS_URL: 'http://127.0.0.1:1/jwks.json',
      ORDERS_URL: 'http://127.0.0.1:1',
      ORDERS_TOKEN: 't'.repeat(48),
      PAYMENT_GATEWAY: 'sandbox',
      DATABASE_URL: url,
      DATABASE_ADMIN_URL: adminUrl,
      NODE_OPTIONS: `--import ${pathToFileURL(loader).href}`,
    },
  })
}

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { readConfig } from '../../shared/config.ts'
import { defineService } from '../../shared/manifest.ts'
import { findServices } from './find-services.ts'
import { environmentFor } from './supply.ts'
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts'

test('every folder with a manifest is a service; this repository has users and products', async () => {
  const names = (await findServices(join(import.meta.dirname, '../..'))).map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['products', 'users']))
  expect(names).not.toContain('shared')
})

test('a service must be named like its folder', async () => {
  const apps = await temporaryFolder()
  onTestFinished(() => removeFolder(apps))
  await mkdir(join(apps, 'orders'))
  await writeFile(join(apps, 'orders', 'manifest.ts'), `export default { name: 'order' }`)
  await expect(findServices(apps)).rejects.toThrow(
    /named "order"; it must be named like its folder/,
  )
})

const orders = defineService({
  name: 'orders',
  description: 'Orders',
  routes: ['/orders'],
  needs: { database: true, cache: true, tokens: true },
  calls: ['users'],
  settings: { minutes: z.coerce.number().default(15) },
  secrets: { key: z.base64().length(44) },
})

const supplies = {
  postgres: {
    url: (database: string, role: string, password: string) =>
      `postgres://${role}:${password}@127.0.0.1:5432/${database}`,
  },
  secrets: {
    superuser: 'root-password',
    services: {
      users: { databasePassword: 'u', token: 't'.repeat(43), secrets: {} },
      orders: {
        databasePassword: 'o',
        token: 'x'.repeat(43),
        secrets: { key: Buffer.alloc(32).toString('base64') },
      },
    },
  },
  ports: new Map([
    ['users', 7001],
    ['orders', 7002],
  ]),
  publicUrl: 'http://localhost:8080',
  mailDir: '/data/mail',
}

test('a service gets exactly what its manifest asks for, and its config takes it', () => {
  const env = environmentFor(orders, supplies)
  expect(Object.keys(env).sort()).toEqual([
    'CORS_ORIGINS',
    'DATABASE_POOL_SIZE',
    'DATABASE_URL',
    'HOST',
    'JWKS_URL',
    'KEY',
    'LOG_LEVEL',
    'PORT',
    'PUBLIC_URL',
    'SERVICE_VERSION',
    'TRUSTED_PROXY_HOPS',
    'USERS_TOKEN',
    'USERS_URL',
  ])
  expect(readConfig(orders, env)).toMatchObject({
    runtime: {
      host: '127.0.0.1',
      port: 7002,
      publicUrl: 'http://localhost:8080',
      trustedProxyHops: 1,
    },
    database: { url: 'postgres://orders:o@127.0.0.1:5432/shop' },
    tokens: { jwksUrl: 'http://127.0.0.1:7001/.well-known/jwks.json' },
    calls: { users: { url: 'http://127.0.0.1:7001', token: 't'.repeat(43) } },
  })
})

test('no service gets the password of another or of the superuser', () => {
  const text = JSON.stringify(environmentFor(orders, supplies))
  expect(text).not.toContain('root-password')
  expect(text).not.toContain('users:u@')
})

test('a call to a service that does not exist is named', () => {
  const manifest = defineService({ ...orders, calls: ['inventory'] })
  expect(() => environmentFor(manifest, supplies)).toThrow(
    'there is no service "inventory", which "orders" needs',
  )
})

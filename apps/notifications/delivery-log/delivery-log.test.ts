import { randomUUID } from 'node:crypto'
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../shared/database/database.ts'
import { testDatabase, type TestDatabase } from '../../shared/testing/test-database.ts'
import { DeviceEntity } from '../device.ts'
import manifest from '../manifest.ts'
import { MIGRATIONS } from '../migrations-folder.ts'
import type { DeliveryLog } from './delivery-log.ts'
import { dynamoDeliveryLog } from './dynamo-delivery-log.ts'
import { postgresDeliveryLog, pruneDeliveryLog } from './postgres-delivery-log.ts'

interface Fixture {
  /** Two instances on the same log. */
  one: DeliveryLog
  other: DeliveryLog
  /** Time goes by for one delivery: whoever is busy with it has died. */
  died: (delivery: string) => Promise<void>
  /** Its days are over. */
  expire: (delivery: string) => Promise<void>
  /** At once, or one after the other. */
  all: <T>(tries: readonly (() => Promise<T>)[]) => Promise<T[]>
  close: () => Promise<void>
}

const atOnce: Fixture['all'] = tries => Promise.all(tries.map(attempt => attempt()))

/** moto checks a condition and writes in two steps, between which other requests come: DynamoDB does not. */
const inTurn: Fixture['all'] = async tries => {
  const results = []
  for (const attempt of tries) results.push(await attempt())
  return results
}

const DAYS = 30

async function inPostgres(): Promise<Fixture> {
  const arranged = await testDatabase(manifest.name, MIGRATIONS)
  const open = () =>
    openDatabase({
      ...{ service: manifest.name, url: arranged.url, poolSize: 5 },
      ...{ entities: [DeviceEntity], migrations: MIGRATIONS },
    })
  const databases = await Promise.all([open(), open()])
  const change = (set: string) => async (delivery: string) =>
    void (await arranged.query(`update notifications.delivery_log set ${set} where delivery = $1`, [
      delivery,
    ]))
  const [one, other] = databases.map(it => postgresDeliveryLog(it, DAYS)) as [
    DeliveryLog,
    DeliveryLog,
  ]
  return {
    ...{ one, other, all: atOnce },
    died: change(`busy_until = now() - interval '1 s'`),
    expire: change(`expires_at = now() - interval '1 s'`),
    close: async () => {
      await Promise.all(databases.map(database => database.close()))
      await arranged.close()
    },
  }
}

async function inDynamo(): Promise<Fixture> {
  const table = `log-${randomUUID()}`
  const client = new DynamoDBClient({})
  const { partitionKey } = manifest.needs.table
  await client.send(
    new CreateTableCommand({
      ...{ TableName: table, BillingMode: 'PAY_PER_REQUEST' },
      KeySchema: [{ AttributeName: partitionKey, KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: partitionKey, AttributeType: 'S' }],
    }),
  )
  const set = (attribute: string) => async (delivery: string) =>
    void (await client.send(
      new UpdateItemCommand({
        ...{ TableName: table, Key: { delivery: { S: delivery } } },
        UpdateExpression: `SET ${attribute} = :past`,
        ExpressionAttributeValues: { ':past': { N: '1' } },
      }),
    ))
  return {
    ...{ one: dynamoDeliveryLog(table, DAYS), other: dynamoDeliveryLog(table, DAYS) },
    ...{ died: set('busy_until'), expire: set('expires_at'), all: inTurn },
    close: async () => client.destroy(),
  }
}

/** Both are held to these. DynamoDB is what AWS_ENDPOINT_URL names; without one its tests say that they did not run. */
const AWS = process.env['AWS_ENDPOINT_URL'] !== undefined
describe.each([
  ['PostgreSQL', inPostgres, true],
  ['DynamoDB', inDynamo, AWS],
] as const)('the delivery log in %s', (_, open, there) => {
  describe.runIf(there)('where there is one', () => {
    let log: Fixture
    beforeAll(async () => {
      log = await open()
    })
    afterAll(async () => {
      log?.one.close()
      log?.other.close()
      await log?.close()
    })

    test('of many attempts at once, in two instances, one begins', async () => {
      const delivery = randomUUID()
      const begun = await log.all(
        Array.from(
          { length: 12 },
          (_, index) => () => (index % 2 ? log.one : log.other).begin(delivery, randomUUID()),
        ),
      )
      expect(begun.filter(result => result === 'begun')).toHaveLength(1)
      expect(begun.filter(result => result === 'busy')).toHaveLength(11)
    })

    test('what was sent is never begun again, also when its instance had died meanwhile', async () => {
      const delivery = randomUUID()
      expect(await log.one.begin(delivery, 'a')).toBe('begun')
      await log.one.sent(delivery, 'provider-1')
      expect(await log.other.begin(delivery, 'b')).toBe('sent')
      await log.died(delivery)
      expect(await log.other.begin(delivery, 'c')).toBe('sent')
    })

    test('an attempt that died is followed by one other', async () => {
      const delivery = randomUUID()
      await log.one.begin(delivery, 'a')
      expect(await log.other.begin(delivery, 'b')).toBe('busy')
      await log.died(delivery)
      const begun = await log.all(['c', 'd', 'e'].map(it => () => log.other.begin(delivery, it)))
      expect(begun.sort()).toEqual(['begun', 'busy', 'busy'])
    })

    test('an attempt that gave up lets the next begin at once', async () => {
      const delivery = randomUUID()
      await log.one.begin(delivery, 'a')
      await log.one.gaveUp(delivery, 'a')
      expect(await log.other.begin(delivery, 'b')).toBe('begun')
    })

    test('an attempt that another has followed changes nothing by giving up, but may still have sent', async () => {
      const delivery = randomUUID()
      await log.one.begin(delivery, 'slow')
      await log.died(delivery)
      await log.other.begin(delivery, 'quick')
      await log.one.gaveUp(delivery, 'slow')
      expect(await log.one.begin(delivery, 'third')).toBe('busy')
      await log.one.sent(delivery, 'provider-2')
      await log.other.gaveUp(delivery, 'quick')
      expect(await log.one.begin(delivery, 'fourth')).toBe('sent')
    })

    test('giving up what nobody began does nothing', async () => {
      const delivery = randomUUID()
      await log.one.gaveUp(delivery, 'a')
      expect(await log.one.begin(delivery, 'b')).toBe('begun')
    })

    test('what expired counts as never sent', async () => {
      const delivery = randomUUID()
      await log.one.begin(delivery, 'a')
      await log.one.sent(delivery, 'provider-3')
      await log.expire(delivery)
      expect(await log.other.begin(delivery, 'b')).toBe('begun')
      expect(await log.other.begin(delivery, 'c')).toBe('busy')
    })
  })
})

test.runIf(AWS)('an item holds ids and times, and when it may be deleted', async () => {
  const log = await inDynamo()
  await log.one.begin('event/user/email/-', 'a')
  await log.close()
  const client = new DynamoDBClient({})
  const { TableNames = [] } = await client.send(
    new (await import('@aws-sdk/client-dynamodb')).ListTablesCommand({}),
  )
  const found = await Promise.all(
    TableNames.map(TableName =>
      client
        .send(new GetItemCommand({ TableName, Key: { delivery: { S: 'event/user/email/-' } } }))
        .then(({ Item }) => Item),
    ),
  )
  const item = found.find(it => it !== undefined)
  expect(Object.keys(item ?? {}).sort()).toEqual([
    ...['attempt', 'busy_until', 'delivery', 'expires_at', 'state'],
  ])
  const days = (Number(item?.['expires_at']?.N) - Date.now() / 1000) / 86_400
  expect(Math.round(days)).toBe(DAYS)
  client.destroy()
})

describe('what expired in PostgreSQL', () => {
  let arranged: TestDatabase
  let database: Database
  beforeAll(async () => {
    arranged = await testDatabase(manifest.name, MIGRATIONS)
    database = await openDatabase({
      ...{ service: manifest.name, url: arranged.url, poolSize: 2 },
      ...{ entities: [DeviceEntity], migrations: MIGRATIONS },
    })
  })
  afterAll(async () => {
    await database?.close()
    await arranged?.close()
  })

  test('is deleted, and nothing else', async () => {
    await arranged.query(
      `insert into notifications.delivery_log
       select 'old-' || n, 'sent', 'a', now(), 'p', now() - interval '1 h' from generate_series(1, 1500) n
       union all select 'new', 'sent', 'a', now(), 'p', now() + interval '1 h'`,
    )
    expect(await pruneDeliveryLog(database)).toBe(1500)
    expect(await arranged.query('select delivery from notifications.delivery_log')).toEqual([
      { delivery: 'new' },
    ])
  })
})

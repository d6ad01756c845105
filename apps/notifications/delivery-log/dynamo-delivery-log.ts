import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { CLIENT_OPTIONS, timeLimit } from '../channels/aws-call.ts'
import { BUSY_SECONDS, type DeliveryLog, daysToSeconds } from './delivery-log.ts'

const nowSeconds = (): number => Math.floor(Date.now() / 1000)
const number = (value: number) => ({ N: String(value) })

// TTL deletes within days of the time: what expired counts as gone before.
const FREE =
  'attribute_not_exists(delivery) OR expires_at <= :now OR (#state = :sending AND busy_until <= :now)'

/**
 * In a table of DynamoDB whose key is `delivery`, with TTL on `expires_at`. DynamoDB tells no time: that of the
 * instances must agree to some seconds, as AWS keeps it.
 */
export function dynamoDeliveryLog(table: string, days: number): DeliveryLog {
  const client = new DynamoDBClient(CLIENT_OPTIONS)
  const names = { '#state': 'state' }
  return {
    begin: async (delivery, attempt) => {
      const now = nowSeconds()
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: {
              delivery: { S: delivery },
              state: { S: 'sending' },
              attempt: { S: attempt },
              busy_until: number(now + BUSY_SECONDS),
              expires_at: number(now + daysToSeconds(days)),
            },
            ConditionExpression: FREE,
            ExpressionAttributeNames: names,
            ExpressionAttributeValues: { ':now': number(now), ':sending': { S: 'sending' } },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
          timeLimit(),
        )
        return 'begun'
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error
        return error.Item?.['state']?.S === 'sent' ? 'sent' : 'busy'
      }
    },
    sent: async (delivery, providerId) => {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { delivery: { S: delivery } },
          UpdateExpression: 'SET #state = :sent, provider_id = :provider',
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: { ':sent': { S: 'sent' }, ':provider': { S: providerId } },
        }),
        timeLimit(),
      )
    },
    gaveUp: async (delivery, attempt) => {
      try {
        await client.send(
          new UpdateItemCommand({
            TableName: table,
            Key: { delivery: { S: delivery } },
            UpdateExpression: 'SET busy_until = :past',
            ConditionExpression: 'attempt = :attempt AND #state = :sending',
            ExpressionAttributeNames: names,
            ExpressionAttributeValues: {
              ':past': number(0),
              ':attempt': { S: attempt },
              ':sending': { S: 'sending' },
            },
          }),
          timeLimit(),
        )
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error
      }
    },
    close: () => client.destroy(),
  }
}

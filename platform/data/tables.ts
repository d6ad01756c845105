import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { AnyManifest, TableShape } from '../../apps/shared/manifest.ts'
import { NAME_LIMITS, physicalName } from '../names.ts'

export interface TablesArgs {
  prefix: string
  services: readonly AnyManifest[]
  keyArn: pulumi.Input<string>
  /** Deletion protection. */
  protect: boolean
}

export interface Table {
  name: pulumi.Output<string>
  arn: pulumi.Output<string>
}

/**
 * A DynamoDB table for each service that needs one: on demand, encrypted with the stack's key, restorable to each
 * second of the last 35 days. Costs by use; a million writes about 0.63 USD.
 */
export class Tables extends pulumi.ComponentResource {
  /** By the service's name. */
  readonly tables: ReadonlyMap<string, Table>

  constructor(name: string, args: TablesArgs, opts?: pulumi.ComponentResourceOptions) {
    super('shop:platform:Tables', name, {}, opts)
    this.tables = new Map(
      args.services.flatMap(({ name: service, needs }) =>
        needs.table ? [[service, this.createTable(name, service, needs.table, args)] as const] : [],
      ),
    )
    this.registerOutputs({})
  }

  private createTable(
    name: string,
    service: string,
    { partitionKey, sortKey, expiresAt }: TableShape,
    { prefix, keyArn, protect }: TablesArgs,
  ): Table {
    const keys = [partitionKey, ...(sortKey === undefined ? [] : [sortKey])]
    const table = new aws.dynamodb.Table(
      `${name}-${service}`,
      {
        name: physicalName([prefix, service], NAME_LIMITS.table),
        billingMode: 'PAY_PER_REQUEST',
        hashKey: partitionKey,
        ...(sortKey !== undefined && { rangeKey: sortKey }),
        attributes: keys.map(key => ({ name: key, type: 'S' })),
        ...(expiresAt !== undefined && { ttl: { attributeName: expiresAt, enabled: true } }),
        pointInTimeRecovery: { enabled: true },
        serverSideEncryption: { enabled: true, kmsKeyArn: keyArn },
        deletionProtectionEnabled: protect,
        tags: { Service: service },
      },
      { parent: this, protect },
    )
    return { name: table.name, arn: table.arn }
  }
}

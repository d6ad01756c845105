import { defineEntity, p } from '@mikro-orm/core'

/** The one table that MikroORM knows: everything here is a statement of its own, most of them of several tables. */
export const DeviceEntity = defineEntity({
  name: 'Device',
  tableName: 'devices',
  properties: { id: p.uuid().primary() },
})

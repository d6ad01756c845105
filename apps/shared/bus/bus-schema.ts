import { tlsOf } from '../database/database-connection.ts'

/** Schema of the bus; services may read and write rows in it, nothing else. */
export const BUS_SCHEMA = 'bus'

/** Of pg-boss, as package.json pins it: says on the schema who made it. */
export const BUS_VERSION = 'pg-boss 12.38.0'

/** What only an owner may do, and what nobody here uses. */
export const WITHOUT_UPKEEP = {
  supervise: false,
  schedule: false,
  reindex: false,
  monitorVacuum: false,
  registerInstance: false,
} as const

/** pg would read sslmode itself, with another meaning than `tlsOf`. */
export const connectionOf = (url: string) => ({
  connectionString: url.split('?')[0] ?? url,
  ssl: tlsOf(new URL(url)),
})

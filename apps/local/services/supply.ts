import { environmentOf, type Supply } from '../../shared/environment.ts'
import type { AnyManifest } from '../../shared/manifest.ts'
import type { Postgres } from '../postgres/postgres.ts'
import type { Secrets } from '../data/secrets.ts'

export const DATABASE = 'shop'

export interface LocalSupplies {
  postgres: Pick<Postgres, 'url'>
  secrets: Secrets
  /** Of every service there is, whether it runs or not. */
  ports: ReadonlyMap<string, number>
  publicUrl: string
  /** Where mail, text messages and push messages land: nothing is sent. */
  mailDir: string
  settings?: LocalSettings
  /** After this time an event whose consumer died is given to another. @default 60 */
  visibilitySeconds?: number
}

/** By service and setting, in place of the manifests' defaults. */
export type LocalSettings = Readonly<Record<string, Readonly<Record<string, string | number>>>>

const POOL_SIZE = 8

/** What a laptop gives a service, where AWS gives the same from its own parts. */
export function environmentFor(
  manifest: AnyManifest,
  { postgres, secrets, ports, publicUrl, mailDir, settings = {}, ...given }: LocalSupplies,
): Record<string, string> {
  const urlOf = (service: string) => `http://127.0.0.1:${ports.get(service) ?? 0}`
  const ofService = (service: string) => {
    const found = secrets.services[service]
    if (found) return found
    throw new Error(`there is no service "${service}", which "${manifest.name}" needs`)
  }
  const own = ofService(manifest.name)
  const supply: Supply<AnyManifest, string> = {
    runtime: {
      host: '127.0.0.1',
      port: ports.get(manifest.name) ?? 0,
      publicUrl,
      version: 'local',
      logLevel: 'info',
      corsOrigins: ['*'],
      trustedProxyHops: 1,
    },
    database: {
      url: postgres.url(DATABASE, manifest.name, own.databasePassword),
      poolSize: POOL_SIZE,
    },
    ...(given.visibilitySeconds !== undefined && {
      events: { visibilitySeconds: given.visibilitySeconds },
    }),
    cache: {},
    table: {},
    callers: { token: own.token },
    mail: { from: 'shop@localhost.localdomain', folder: mailDir },
    sms: { folder: mailDir },
    push: { folder: mailDir },
    paymentGateway: { kind: 'sandbox' },
    tokens: { jwksUrl: `${urlOf('users')}/.well-known/jwks.json` },
    calls: Object.fromEntries(
      manifest.calls.map(callee => [
        callee,
        { url: urlOf(callee), token: ofService(callee).token },
      ]),
    ),
    settings: settings[manifest.name] ?? {},
    secrets: own.secrets,
  }
  const { plain, secret } = environmentOf<AnyManifest>(manifest, supply)
  return { ...plain, ...secret }
}

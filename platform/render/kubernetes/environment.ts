import { environmentOf, type Supply } from '../../../apps/shared/environment.ts'
import type { AnyManifest } from '../../../apps/shared/manifest.ts'
import { SERVICE_PORT } from '../../service/ports.ts'
import { ISSUER } from '../../system.ts'
import type { KubernetesOptions } from './options.ts'

/** Where a value stands that must not be shown: a key of a Secret. */
export interface SecretKey {
  secret: string
  key: string
}

export interface KubernetesEnvironment {
  plain: Record<string, string>
  secret: Record<string, SecretKey>
}

export const SECRETS = {
  /** Of a role that may make roles and schemas: for migrations alone. */
  admin: { secret: 'database-admin', key: 'url' },
  cache: { secret: 'cache', key: 'url' },
  stripeKey: { secret: 'stripe', key: 'secret-key' },
  stripeWebhook: { secret: 'stripe', key: 'webhook-secret' },
  database: (service: string) => ({ secret: `${service}-database`, key: 'url' }),
  /** Of the callee; its callers read the same. */
  token: (service: string) => ({ secret: `${service}-token`, key: 'token' }),
  own: (service: string, key: string) => ({ secret: `${service}-secrets`, key }),
} as const

/** The Gateway adds one entry to X-Forwarded-For. */
const PROXY_HOPS = 1
const POOL_SIZE = 5

export const internalUrl = (service: string): string => `http://${service}:${SERVICE_PORT}`

/**
 * Environment of one service in a cluster. Pure. Events go through PostgreSQL, what was sent is noted there too; mail, text
 * and push messages, which are AWS's, are not sent.
 */
export function kubernetesEnvironment(
  manifest: AnyManifest,
  version: string,
  { publicUrl, payments }: Pick<KubernetesOptions, 'publicUrl' | 'payments'>,
): KubernetesEnvironment {
  const { name } = manifest
  const supply: Supply<AnyManifest, SecretKey> = {
    runtime: {
      host: '0.0.0.0',
      port: SERVICE_PORT,
      publicUrl,
      version,
      logLevel: 'info',
      corsOrigins: [],
      trustedProxyHops: PROXY_HOPS,
    },
    database: { url: SECRETS.database(name), poolSize: POOL_SIZE },
    cache: { url: SECRETS.cache },
    tokens: { jwksUrl: `${internalUrl(ISSUER)}/.well-known/jwks.json` },
    table: {},
    callers: { token: SECRETS.token(name) },
    mail: {},
    sms: {},
    push: {},
    paymentGateway:
      payments === 'sandbox'
        ? { kind: 'sandbox' }
        : { kind: 'stripe', secretKey: SECRETS.stripeKey, webhookSecret: SECRETS.stripeWebhook },
    calls: Object.fromEntries(
      manifest.calls.map(callee => [
        callee,
        { url: internalUrl(callee), token: SECRETS.token(callee) },
      ]),
    ),
    settings: {},
    secrets: Object.fromEntries(
      Object.keys(manifest.secrets).map(key => [key, SECRETS.own(name, key)]),
    ),
  }
  const environment = environmentOf<AnyManifest, SecretKey>(manifest, supply)
  return {
    plain: each(environment.plain, (variable, value) => {
      if (typeof value === 'string') return value
      throw new Error(`${name}: ${variable} is a secret and would be shown`)
    }),
    secret: each(environment.secret, (variable, value) => {
      if (typeof value !== 'string') return value
      throw new Error(`${name}: ${variable} must come from a Secret`)
    }),
  }
}

const each = <T, U>(values: Readonly<Record<string, T>>, of: (key: string, value: T) => U) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, of(key, value)]))

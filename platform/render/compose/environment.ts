import { type Environment, environmentOf, type Supply } from '../../../apps/shared/environment.ts'
import type { AnyManifest } from '../../../apps/shared/manifest.ts'
import { SERVICE_PORT } from '../../service/ports.ts'
import { ISSUER } from '../../system.ts'
import { type Atoms, cacheUrl, callToken, databaseUrl, ownSecrets } from './secrets.ts'

const POOL_SIZE = 8
/** The edge alone adds to X-Forwarded-For. */
const PROXY_HOPS = 1
/** In the folder that a service may write to. */
export const MESSAGES = '/tmp/messages'

export const serviceUrl = (service: string): string => `http://${service}:${SERVICE_PORT}`

/** What a compose project gives a service, where AWS gives the same from its own parts. */
export function composeEnvironment(
  manifest: AnyManifest,
  publicUrl: string,
  settings: Readonly<Record<string, string>>,
  atoms: Atoms,
): Environment<string> {
  const { name, calls } = manifest
  const supply: Supply<AnyManifest, string> = {
    runtime: {
      host: '0.0.0.0',
      port: SERVICE_PORT,
      publicUrl,
      version: 'compose',
      logLevel: 'info',
      corsOrigins: [],
      trustedProxyHops: PROXY_HOPS,
    },
    database: { url: databaseUrl(name, atoms), poolSize: POOL_SIZE },
    cache: { url: cacheUrl(name, atoms) },
    tokens: { jwksUrl: `${serviceUrl(ISSUER)}/.well-known/jwks.json` },
    table: {},
    callers: { token: callToken(name, atoms) },
    mail: { from: 'shop@localhost.localdomain', folder: MESSAGES },
    sms: { folder: MESSAGES },
    push: { folder: MESSAGES },
    paymentGateway: { kind: 'sandbox' },
    calls: Object.fromEntries(
      calls.map(callee => [callee, { url: serviceUrl(callee), token: callToken(callee, atoms) }]),
    ),
    settings,
    secrets: ownSecrets(manifest, atoms),
  }
  return environmentOf<AnyManifest>(manifest, supply)
}

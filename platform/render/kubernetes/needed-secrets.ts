import type { AnyManifest } from '../../../apps/shared/manifest.ts'
import type { System } from '../../system.ts'
import { SECRETS } from './environment.ts'
import type { KubernetesOptions } from './options.ts'

/** A Secret that the objects name, and how its values are made: what a shell makes of each. */
interface NeededSecret {
  name: string
  values: Readonly<Record<string, string>>
}

/** 32 random bytes, as on AWS. */
const GENERATED = '$(openssl rand -base64 32)'
const TOKEN = '$(openssl rand -hex 32)'

/** All that the manifests make necessary. Pure. */
export function neededSecrets(
  system: System,
  { payments }: Pick<KubernetesOptions, 'payments'>,
): NeededSecret[] {
  const manifests = [...system.values()]
  const some = (has: (manifest: AnyManifest) => unknown) => manifests.some(has)
  return [
    ...(some(({ needs }) => needs.database)
      ? [one(SECRETS.admin, 'postgres://postgres:$ADMIN_PASSWORD@$DATABASE')]
      : []),
    ...(some(({ needs }) => needs.cache) ? [one(SECRETS.cache, '$CACHE_URL')] : []),
    ...(payments === 'stripe' && some(({ needs }) => needs.paymentGateway)
      ? [
          {
            name: SECRETS.stripeKey.secret,
            values: {
              [SECRETS.stripeKey.key]: '$STRIPE_SECRET_KEY',
              [SECRETS.stripeWebhook.key]: '$STRIPE_WEBHOOK_SECRET',
            },
          },
        ]
      : []),
    ...manifests.flatMap(ofService),
  ]
}

function ofService({ name, needs, secrets }: AnyManifest): NeededSecret[] {
  const own = Object.keys(secrets)
  return [
    ...(needs.database
      ? [one(SECRETS.database(name), `postgres://${name}:$(openssl rand -hex 24)@$DATABASE`)]
      : []),
    ...(needs.callers ? [one(SECRETS.token(name), TOKEN)] : []),
    ...(own.length > 0
      ? [
          {
            name: SECRETS.own(name, '').secret,
            values: Object.fromEntries(own.map(key => [key, GENERATED])),
          },
        ]
      : []),
  ]
}

const one = ({ secret, key }: { secret: string; key: string }, value: string): NeededSecret => ({
  name: secret,
  values: { [key]: value },
})

/** The commands that make them, for a shell. */
export const secretCommands = (secrets: readonly NeededSecret[], namespace: string): string[] =>
  secrets.map(({ name, values }) => {
    const literals = Object.entries(values).map(
      ([key, value]) => `--from-literal=${key}="${value}"`,
    )
    return `kubectl -n ${namespace} create secret generic ${name} ${literals.join(' ')}`
  })

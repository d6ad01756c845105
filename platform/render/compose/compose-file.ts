import { stringify } from 'yaml'
import type { AnyManifest } from '../../../apps/shared/manifest.ts'
import { ISSUER, type System } from '../../system.ts'
import { EDGE_PORT } from './edge-config.ts'
import type { ComposeSettings } from './options.ts'
import { CONFINED, EAGERLY, type Part, postgres, secretPath, VALKEY } from './parts.ts'
import { composeEnvironment } from './environment.ts'
import {
  type Atoms,
  DATABASE,
  DATABASE_ADMIN,
  partSecrets,
  POSTGRES_PASSWORD,
  type SecretFiles,
} from './secrets.ts'

export interface ComposeOptions {
  system: System
  /** Where the shop is on this machine. */
  port: number
  databasePort?: number | undefined
  settings?: ComposeSettings
  /** Path from the compose file to the folder that images are built from. */
  context: string
  atoms: Atoms
}

export interface Composed {
  /** No secret stands in it. */
  yaml: string
  secrets: SecretFiles
}

type When = 'service_healthy' | 'service_completed_successfully'

/** compose.yaml, and the files of its secrets. Pure. Source: compose-spec. */
export function compose(options: ComposeOptions): Composed {
  const manifests = [...options.system.values()]
  const secrets: Record<string, string> = { ...partSecrets(options.system, options.atoms) }
  const parts: Record<string, Part> = { postgres: postgres(options.databasePort), valkey: VALKEY }
  for (const manifest of manifests) {
    const { plain, secret } = composeEnvironment(
      manifest,
      publicUrl(options),
      options.settings?.[manifest.name] ?? {},
      options.atoms,
    )
    for (const [variable, value] of Object.entries(secret))
      secrets[secretName(manifest, variable)] = value
    if (manifest.needs.database) parts[migration(manifest)] = migrates(manifest, plain, secret)
    parts[manifest.name] = serves(manifest, plain, secret, options.context)
  }
  parts['edge'] = edge(manifests, options.port)
  const document = {
    name: 'shop',
    services: parts,
    networks: { default: {}, data: { internal: true } },
    volumes: { database: {}, messages: {} },
    secrets: Object.fromEntries(
      Object.keys(secrets).map(name => [name, { file: `./${SECRETS_FOLDER}/${name}` }]),
    ),
  }
  const yaml = stringify(document, { aliasDuplicateObjects: false, lineWidth: 0, version: '1.1' })
  return { yaml: `# Made by \`npm run render -- compose\`.\n${yaml}`, secrets }
}

export const SECRETS_FOLDER = 'secrets'
export const EDGE_FILE = 'edge.cfg'

const publicUrl = ({ port }: ComposeOptions): string => `http://localhost:${port}`
const migration = ({ name }: AnyManifest): string => `${name}-migrate`
const secretName = ({ name }: AnyManifest, variable: string): string =>
  `${name}-${variable.toLowerCase().replaceAll('_', '-')}`

const imageOf = ({ name }: AnyManifest): string => `shop/${name}`

/** A secret as the file that `NAME_FILE` names. */
function given(
  manifest: AnyManifest,
  plain: Record<string, string>,
  secret: Record<string, string>,
) {
  const names = Object.keys(secret).toSorted()
  return {
    environment: {
      ...Object.fromEntries(Object.entries(plain).toSorted(([a], [b]) => (a < b ? -1 : 1))),
      ...Object.fromEntries(
        names.map(name => [`${name}_FILE`, secretPath(secretName(manifest, name))]),
      ),
    },
    secrets: names.map(name => secretName(manifest, name)),
  }
}

/** The service's migrations, once, before it starts. */
function migrates(
  manifest: AnyManifest,
  plain: Record<string, string>,
  secret: Record<string, string>,
): Part {
  const { environment, secrets } = given(manifest, plain, secret)
  return {
    image: imageOf(manifest),
    command: ['migrate'],
    environment: {
      ...environment,
      DATABASE_ADMIN_URL: `postgres://${DATABASE_ADMIN}@postgres:5432/${DATABASE}`,
      DATABASE_ADMIN_PASSWORD_FILE: secretPath(POSTGRES_PASSWORD),
    },
    secrets: [...secrets, POSTGRES_PASSWORD],
    ...CONFINED,
    tmpfs: ['/tmp'],
    networks: ['data'],
    depends_on: { postgres: { condition: 'service_healthy' } },
    restart: 'no',
  }
}

function serves(
  manifest: AnyManifest,
  plain: Record<string, string>,
  secret: Record<string, string>,
  context: string,
): Part {
  const { name, needs, calls, size, stopSeconds } = manifest
  const needsData = Boolean(needs.database || needs.cache)
  const writesMessages = Boolean(needs.mail || needs.sms || needs.push)
  return {
    image: imageOf(manifest),
    build: { context, dockerfile: 'apps/Dockerfile', target: 'image', args: { SERVICE: name } },
    ...given(manifest, plain, secret),
    ...CONFINED,
    // A volume takes over that everybody may write to the image's /tmp.
    ...(writesMessages ? { volumes: ['messages:/tmp'] } : { tmpfs: ['/tmp'] }),
    networks: ['default', ...(needsData ? ['data'] : [])],
    mem_limit: `${size.memoryMiB}m`,
    healthcheck: { test: ['CMD', 'node', '-e', IS_READY], ...EAGERLY },
    depends_on: waitsFor([
      ...(needs.database ? [[migration(manifest), 'service_completed_successfully'] as const] : []),
      ...(needs.cache ? (['valkey'] as const) : []),
      ...(needs.tokens ? [ISSUER] : []),
      ...calls,
    ]),
    restart: 'unless-stopped',
    stop_grace_period: `${stopSeconds}s`,
  }
}

const IS_READY = `fetch('http://127.0.0.1:'+process.env.PORT+'/ready').then(answer=>process.exit(answer.ok?0:1),()=>process.exit(1))`

const waitsFor = (others: readonly (string | readonly [string, When])[]) =>
  Object.fromEntries(
    others
      .map(other => (typeof other === 'string' ? ([other, 'service_healthy'] as const) : other))
      .map(([name, condition]) => [name, { condition }]),
  )

function edge(manifests: readonly AnyManifest[], port: number): Part {
  return {
    image: 'haproxy:3.0-alpine',
    ports: [`127.0.0.1:${port}:${EDGE_PORT}`],
    volumes: [`./${EDGE_FILE}:/usr/local/etc/haproxy/haproxy.cfg:ro`],
    ...CONFINED,
    healthcheck: {
      test: ['CMD', 'wget', '-q', '-O', '/dev/null', `http://127.0.0.1:${EDGE_PORT}/ready`],
      ...EAGERLY,
    },
    depends_on: waitsFor(
      manifests.filter(({ routes }) => routes.length > 0).map(({ name }) => name),
    ),
    restart: 'unless-stopped',
  }
}

import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { AnyManifest } from '../../shared/manifest.ts'
import { readJson, writePrivate } from './private-file.ts'

const Secrets = z.object({
  /** Password of PostgreSQL's superuser. */
  superuser: z.string(),
  services: z.record(
    z.string(),
    z.object({
      /** Password of the service's database role. */
      databasePassword: z.string(),
      /** Proves to this service that a caller is one of its declared callers. */
      token: z.string(),
      /** By the names in the manifest. */
      secrets: z.record(z.string(), z.string()),
    }),
  ),
})

export type Secrets = z.output<typeof Secrets>

const random = (): string => randomBytes(32).toString('base64url')

/** `undefined` before the first start. */
export const readSecrets = (file: string): Promise<Secrets | undefined> => readJson(file, Secrets)

/** Reads the secrets and generates those that are missing; what is there never changes. */
export async function openSecrets(
  file: string,
  manifests: readonly AnyManifest[],
): Promise<Secrets> {
  const known = await readSecrets(file)
  const secrets: Secrets = {
    superuser: known?.superuser ?? random(),
    services: { ...known?.services },
  }
  for (const manifest of manifests) {
    const before = secrets.services[manifest.name]
    secrets.services[manifest.name] = {
      databasePassword: before?.databasePassword ?? random(),
      token: before?.token ?? random(),
      secrets: {
        ...Object.fromEntries(
          Object.keys(manifest.secrets).map(name => [name, randomBytes(32).toString('base64')]),
        ),
        ...before?.secrets,
      },
    }
  }
  if (JSON.stringify(secrets) !== JSON.stringify(known)) await writePrivate(file, secrets)
  return secrets
}

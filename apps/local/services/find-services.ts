import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AnyManifest } from '../../shared/manifest.ts'

/** Every folder of `apps` whose `manifest.ts` exports a manifest is a service; adding one is all it takes. */
export async function findServices(appsDir: string): Promise<AnyManifest[]> {
  const names = (await readdir(appsDir)).sort()
  const files = names
    .map(name => ({ name, file: join(appsDir, name, 'manifest.ts') }))
    .filter(({ file }) => existsSync(file))
  const found = await Promise.all(files.map(manifestIn))
  return found.filter(manifest => manifest !== undefined)
}

async function manifestIn({ name, file }: { name: string; file: string }) {
  const module = (await import(pathToFileURL(file).href)) as { default?: AnyManifest }
  // `shared/manifest.ts` says what a manifest is and exports none.
  if (!module.default || module.default.name === name) return module.default
  throw new Error(
    `${file}: the service is named "${module.default.name}"; it must be named like its folder`,
  )
}

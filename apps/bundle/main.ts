import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { billOfMaterials } from './bill-of-materials.ts'
import { bundleService } from './bundle-service.ts'

/** `node apps/bundle/main.ts SERVICE FOLDER`: the build step of `apps/Dockerfile`. */
async function main([service = '', folder = '']: readonly string[]): Promise<void> {
  const appsDir = dirname(import.meta.dirname)
  if (!existsSync(join(appsDir, service, 'manifest.ts')) || service === '' || folder === '')
    throw new Error(
      `usage: node apps/bundle/main.ts SERVICE FOLDER; there is no service "${service}" in ${appsDir}`,
    )
  const outDir = resolve(folder)
  const packages = await bundleService({ appsDir, service, outDir })
  const bill = await billOfMaterials(service, packages)
  await writeFile(join(outDir, 'sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`)
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})

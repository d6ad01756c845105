import { cp, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { packageOf } from './package-of.ts'

/**
 * Copies what a package runs with, without its sources, types and benchmarks. Optional dependencies stay behind.
 * @returns the folder that it was copied from
 * @throws Error when it has dependencies
 */
export async function copyPackage(name: string, appsDir: string, outDir: string): Promise<string> {
  const entry = createRequire(join(appsDir, 'x.js')).resolve(name)
  const from = packageOf(entry) ?? ''
  const { dependencies = {} } = JSON.parse(await readFile(join(from, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>
  }
  const others = Object.keys(dependencies)
  if (others.length > 0)
    throw new Error(`${name} can't be copied alone: it needs ${others.join(', ')}`)
  const to = join(outDir, 'node_modules', name)
  await cp(join(from, 'package.json'), join(to, 'package.json'))
  await cp(dirname(entry), join(to, relative(from, dirname(entry))), {
    recursive: true,
    filter: file => !/\.(map|d\.ts)$/.test(file),
  })
  return from
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PreviewResource, StackPreview } from './stack-preview.ts'

export interface TestProject extends Disposable {
  root: string
}

/** A folder with these files, gone after the test: `{ 'Pulumi.yaml': 'name: shop' }`. */
export function testProject(files: Record<string, string>): TestProject {
  const root = mkdtempSync(join(tmpdir(), 'preview-'))
  const all = { 'Pulumi.yaml': 'name: shop\n', 'Pulumi.dev.yaml': 'config: {}\n', ...files }
  for (const [file, text] of Object.entries(all)) writeFileSync(join(root, file), text)
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) }
}

/** A resource as a preview holds it. */
export const resource = (
  name: string,
  type: string,
  inputs: PreviewResource['inputs'],
): PreviewResource => ({
  urn: `urn:pulumi:dev::shop::${type}::${name}`,
  type,
  name,
  parent: '',
  inputs,
  protect: false,
  retainOnDelete: false,
  ignoreChanges: [],
  replaceOnChanges: [],
  aliases: [],
  dependencies: [],
  propertyDependencies: {},
  custom: true,
  remote: false,
  read: false,
})

export const stackOf = (resources: PreviewResource[], region = 'us-east-1'): StackPreview => ({
  version: 1,
  project: 'shop',
  stack: 'dev',
  region,
  resources,
  outputs: {},
  warnings: [],
})

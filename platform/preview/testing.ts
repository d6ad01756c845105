import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

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

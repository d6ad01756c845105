import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lightenSdk, skipPromiseTraces } from '../../../platform/preview/light-sdk.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')

/**
 * `node .ci/report/testing/write-reports.ts FOLDER`: a report for each of the changes. In a process of its own, as
 * `npm run snapshot` is: the SDK is a fifth of what it is in a test runner.
 */
async function main([folder = '']: readonly string[]): Promise<void> {
  process.chdir(ROOT)
  lightenSdk(ROOT)
  skipPromiseTraces()
  const { CHANGES, presentSnapshot, TODAY } = await import('./seven-changes.ts')
  const { changesBetween } = await import('../changes.ts')
  const { markdown } = await import('../markdown/markdown.ts')
  const present = await presentSnapshot()
  for (const [name, change] of Object.entries(CHANGES)) {
    const { base, head } = await change(present)
    writeFileSync(join(folder, `${name}.md`), markdown(changesBetween(base, head, TODAY)))
  }
}

await main(process.argv.slice(2))

import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: join(import.meta.dirname, '..'),
  test: {
    include: ['{apps,platform,policies}/**/*.test.ts', '.ci/**/*.test.ts'],
    globalSetup: [join(import.meta.dirname, 'test-servers.ts')],
    pool: 'forks',
    maxWorkers: 2,
    // Files share the modules of their worker, half of the time of most: what a file changes for its process, it puts back.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Not the second that is the default: the machine may have more to do than our tests.
    expect: { poll: { timeout: 15_000 } },
  },
})

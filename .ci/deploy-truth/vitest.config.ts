import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** Apart from `npm test`: it takes a Pulumi engine, and most of a minute. */
export default defineConfig({
  root: join(import.meta.dirname, '..', '..'),
  test: { include: ['.ci/deploy-truth/*.spec.ts'], testTimeout: 300_000, hookTimeout: 300_000 },
})

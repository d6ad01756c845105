import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { removePostgres, startPostgres } from '../apps/local/postgres/postgres.ts'
import { temporaryFolder } from '../apps/local/testing/temporary-folder.ts'
import { freePort } from '../apps/shared/process/free-ports.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the superuser, database postgres. */
    postgresUrl: string
    /** Undefined where no redis-server is found: the tests that need one say that they did not run. */
    redisUrl: string | undefined
  }
}

const SILENT = { info: () => {}, warn: () => {}, error: () => {} }

/** A real PostgreSQL, and a real Redis where there is one, for the whole test run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await temporaryFolder()
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    password: 'for tests alone',
    settings: { fsync: 'off', max_connections: '300' },
    log: SILENT,
  })
  const redis = await startRedis(folder)
  project.provide('postgresUrl', postgres.adminUrl('postgres'))
  project.provide('redisUrl', redis?.url)
  return async () => {
    await redis?.stop()
    await postgres.stop()
    await removePostgres(join(folder, 'postgres'), SILENT)
    await rm(folder, { recursive: true, force: true })
  }
}

async function startRedis(folder: string) {
  if (spawnSync('redis-server', ['--version']).status !== 0) return undefined
  const port = await freePort()
  const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder]
  const child = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const chunk of child.stdout) if (String(chunk).includes('Ready to accept')) break
  child.stdout.resume()
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../shared/process/free-ports.ts'
import { type Child, startChild } from '../processes/children.ts'
import type { RunnerLog } from '../log.ts'
import { postgresError } from './cluster.ts'
import type { PostgresHome } from './home.ts'

export interface ServerOptions {
  home: PostgresHome
  settings: Readonly<Record<string, string>>
  log: RunnerLog
}

/** Recovery after a crash reads the log of some minutes. */
const READY_WITHIN_MS = 60_000
/** Its helpers notice within milliseconds that a killed server has gone; a loaded machine needs longer. */
const PREDECESSOR_GONE_WITHIN_MS = 15_000

const BUSY = /pre-existing shared memory block|lock file "postmaster.pid" already exists/
const PORT_TAKEN = /Address already in use/

/**
 * Starts the server process and waits until it takes connections.
 * @param port fixed after the first start, as everybody has it in a URL; else a free one is taken
 * @throws {StartError}
 */
export async function startServer(
  options: ServerOptions,
  port?: number,
): Promise<{ child: Child; port: number }> {
  const endsAt = performance.now() + PREDECESSOR_GONE_WITHIN_MS
  for (;;) {
    const tried = port ?? (await freePort())
    const child = spawnServer(options, tried)
    const said = await readyOrGone(child, options.log)
    if (said === undefined) return { child, port: tried }
    const again = BUSY.test(said) || PORT_TAKEN.test(said)
    if (!again || performance.now() > endsAt) throw postgresError(options.home.dataDir, said)
    await sleep(100)
  }
}

function spawnServer({ home, settings }: ServerOptions, port: number): Child {
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '', // a socket in /tmp would be everybody's
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...settings,
  }
  return startChild(
    join(home.binaries.folder, 'bin', 'postgres'),
    [
      '-D',
      home.dataDir,
      ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    {
      cwd: '/', // PostgreSQL enters its folder itself, as its own user
      env: { LC_ALL: 'C' },
      detached: true, // Ctrl-C in the terminal is for the runner, which stops PostgreSQL last
      killSignal: 'SIGQUIT',
      ...(home.user && { uid: home.user.uid, gid: home.user.gid }),
    },
  )
}

/** Resolves with `undefined` when the server is ready, or with what it said before it went. */
function readyOrGone(child: Child, log: RunnerLog): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const said: string[] = []
    const timer = setTimeout(() => {
      said.push(`(not ready within ${READY_WITHIN_MS / 1000} seconds)`)
      child.kill('SIGKILL')
    }, READY_WITHIN_MS)
    child.stdout.resume()
    createInterface({ input: child.stderr }).on('line', line => {
      if (said.push(line) > 50) said.shift()
      if (line.includes('database system is ready to accept connections')) settle(undefined)
      if (/PANIC:|No space left on device/.test(line)) log.error(`PostgreSQL: ${line}`)
    })
    child.once('error', reject)
    child.once('close', () => settle(said.join('\n')))
    const settle = (result: string | undefined) => {
      clearTimeout(timer)
      resolve(result)
    }
  })
}

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { shopAt } from '../demo/client.ts'
import type { Demo } from '../demo/demo-file.ts'
import { fillDemo } from '../demo/fill-demo.ts'
import type { RunnerLog } from '../log.ts'
import { findServices } from '../services/find-services.ts'
import { StartError } from '../start-error.ts'
import { openComposeProject } from './compose-project.ts'

export interface FillOptions {
  args: readonly string[]
  appsDir: string
  /** Of commands of Docker. */
  env: Readonly<Record<string, string | undefined>>
  log: Pick<RunnerLog, 'info'>
  signal: AbortSignal
}

const USAGE = 'Usage: npm run demo -- --compose DIR'

/**
 * Fills the demo of `npm start` into a compose project that runs: two accounts, of which `demo.json` in its folder has the
 * passwords, and the catalogue. What is there already is left.
 * @throws {StartError} naming what was given or is missing, and what to do
 */
export async function fillCompose(options: FillOptions): Promise<Demo> {
  const { appsDir, env, log, signal } = options
  const project = await openComposeProject(folderIn(options.args), env)
  const url = `http://${project.edge}`
  const shop = shopAt(url, signal)
  await isReady(url, signal)
  const demo = await fillDemo({
    ...{ url, shop, log, grantAdmin: project.grantAdmin },
    file: join(project.folder, 'demo.json'),
    services: new Set((await findServices(appsDir)).map(({ name }) => name)),
  })
  if (demo === undefined) throw new Error('the shop has no users service')
  return demo
}

function folderIn(args: readonly string[]): string {
  try {
    const { values } = parseArgs({ args: [...args], options: { compose: { type: 'string' } } })
    if (values.compose) return values.compose
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new StartError('bad_option', `${error.message}.`, USAGE)
  }
  throw new StartError('bad_option', 'Name the folder of a compose project: --compose DIR.', USAGE)
}

async function isReady(url: string, signal: AbortSignal): Promise<void> {
  try {
    await fetch(`${url}/products?limit=1`, { signal })
  } catch (error) {
    throw new StartError(
      'bad_option',
      `Nothing answers on ${url}.`,
      'Start the project: docker compose -f DIR/compose.yaml up --build --wait',
      error,
    )
  }
}

import { runCommand } from '../services/command.ts'
import { shopAt } from './client.ts'
import type { Demo } from './demo-file.ts'
import { fillDemo } from './fill-demo.ts'
import type { PlatformOptions, Program } from '../platform.ts'
import { StartError } from '../start-error.ts'

/** Fills in the demo where it is missing. One that fails is no reason to do without the shop. */
export async function startDemo(
  { folder, output, port, signal }: PlatformOptions,
  url: string,
  programs: readonly Program[],
): Promise<Demo | undefined> {
  try {
    return await fillDemo({
      file: folder.demo,
      url,
      shop: shopAt(`http://127.0.0.1:${port}`, signal),
      services: new Set(programs.map(({ name }) => name)),
      grantAdmin: email => grantAdmin(programs, email),
      log: output,
    })
  } catch (error) {
    if (signal.aborted || !(error instanceof Error) || error instanceof StartError) throw error
    output.error(`The demo is not complete (${error.message}); the next start goes on with it`)
    return undefined
  }
}

async function grantAdmin(programs: readonly Program[], email: string): Promise<void> {
  const users = programs.find(({ name }) => name === 'users')
  if (!users) throw new Error('the users service does not run')
  const { succeeded, text } = await runCommand(users.main, ['grant-admin', email], users.env)
  if (!succeeded) throw new Error(`users grant-admin ${email} failed: ${text}`)
}

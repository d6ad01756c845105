import { runChild } from '../processes/children.ts'
import { StartError } from '../start-error.ts'

/** Runs `node apps/NAME/main.ts migrate`. @throws {StartError} with what it printed */
export async function migrateService(
  name: string,
  main: string,
  env: Record<string, string>,
): Promise<void> {
  const outcome = await runCommand(main, ['migrate'], env)
  if (outcome.succeeded) return
  throw new StartError(
    'migration_failed',
    `The migrations of ${name} failed:\n${outcome.text}`,
    `Repair apps/${name}/migrations and start again; what ran before the failure stays.`,
  )
}

/** One command of a service, to its end. */
export async function runCommand(
  main: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ succeeded: boolean; text: string }> {
  const { ending, stdout, stderr } = await runChild(process.execPath, [main, ...args], {
    env,
    detached: true,
  })
  const text = `${stdout}${stderr}`.trim()
  return { succeeded: ending === 0, text: text || `(it printed nothing; ending: ${ending})` }
}

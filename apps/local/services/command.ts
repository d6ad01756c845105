import { runChild } from '../processes/children.ts'

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

import type { Output } from '../log.ts'
import { holdsWithin } from '../processes/poll.ts'
import type { ArrangedShop } from '../prove/arranged-shop.ts'
import { superviseService } from '../services/service-process.ts'

const READY_MS = 60_000

/**
 * Kills a service and keeps it down.
 * @returns starts it again and waits until it is ready
 */
export async function holdDown(
  { parts, programs, services }: ArrangedShop,
  name: string,
  output: Output,
): Promise<() => Promise<void>> {
  const index = parts.services.findIndex(service => service.name === name)
  const program = programs.find(other => other.name === name)
  const running = parts.services[index]
  const url = services.find(service => service.name === name)?.url
  if (!program || running?.pid === undefined || url === undefined)
    throw new Error(`there is no service "${name}" that could be killed`)
  process.kill(running.pid, 'SIGKILL')
  await running.stop() // from now on nobody starts it again
  return async () => {
    parts.services[index] = superviseService({ ...program, output, onStart: () => {} })
    const isReady = () =>
      fetch(`${url}/ready`).then(
        ({ ok }) => ok,
        () => false,
      )
    if (!(await holdsWithin(READY_MS, isReady, 100))) throw new Error(`${name} did not come back`)
  }
}

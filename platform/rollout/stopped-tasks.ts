import type { Container, Task } from '@aws-sdk/client-ecs'

/** Why a task stopped, in a line: stop code, reason, and each container's exit code and reason. Pure. */
export function whyStopped({ stopCode, stoppedReason, containers = [] }: Task): string {
  const parts = [
    [stopCode, stoppedReason].filter(Boolean).join(': ') || 'ECS gives no reason',
    ...containers.flatMap(container => howEnded(container) ?? []),
  ]
  return parts.join('; ')
}

function howEnded({ name, exitCode, reason }: Container): string | undefined {
  if (exitCode === undefined && reason === undefined) return undefined
  const code =
    exitCode === undefined ? 'has no exit code' : `exit code ${exitCode}${meaning(exitCode)}`
  return `container ${name ?? '?'} ${code}${reason === undefined ? '' : ` (${reason})`}`
}

const meaning = (exitCode: number): string => {
  if (exitCode === 137) return ' (killed, often for want of memory)'
  return exitCode === 143 ? ' (SIGTERM)' : ''
}

/** ECS stopped it to make room for other tasks, not because of what it did. */
const wasScaledIn = ({ stoppedReason = '' }: Task): boolean =>
  stoppedReason.startsWith('Scaling activity initiated by')

/** The tasks that failed by themselves, newest first; all, where none did. */
export function failedFirst(tasks: readonly Task[]): Task[] {
  const newest = tasks.toSorted(
    (a, b) => (b.stoppedAt?.getTime() ?? 0) - (a.stoppedAt?.getTime() ?? 0),
  )
  const failed = newest.filter(task => !wasScaledIn(task))
  return failed.length > 0 ? failed : newest
}

/** One line for each way to stop: `3 tasks: EssentialContainerExited: …`. Ids differ, reasons do not. */
export function stopReasons(tasks: readonly Task[]): string[] {
  const counts = new Map<string, number>()
  for (const task of tasks) {
    const why = whyStopped(task)
    counts.set(why, (counts.get(why) ?? 0) + 1)
  }
  return [...counts].map(([why, count]) => `${count === 1 ? '1 task' : `${count} tasks`}: ${why}`)
}

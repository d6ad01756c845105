import { expect, test } from 'vitest'
import { failedFirst, stopReasons, whyStopped } from './stopped-tasks.ts'

const crashed = {
  stopCode: 'EssentialContainerExited',
  stoppedReason: 'Essential container in task exited',
  containers: [{ name: 'orders', exitCode: 1 }],
} as const
const scaledIn = {
  stopCode: 'ServiceSchedulerInitiated',
  stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/1)',
} as const

test.for([
  [
    crashed,
    'EssentialContainerExited: Essential container in task exited; container orders exit code 1',
  ],
  [
    {
      stopCode: 'EssentialContainerExited',
      containers: [{ name: 'orders', exitCode: 137, reason: 'OutOfMemoryError' }],
    },
    'EssentialContainerExited; container orders exit code 137 (killed, often for want of memory) (OutOfMemoryError)',
  ],
  [
    {
      stopCode: 'TaskFailedToStart',
      stoppedReason: 'ResourceInitializationError: unable to pull secrets',
      containers: [{ name: 'orders' }],
    },
    'TaskFailedToStart: ResourceInitializationError: unable to pull secrets',
  ],
  [
    { containers: [{ name: 'orders', reason: 'CannotPullContainerError: not found' }] },
    'ECS gives no reason; container orders has no exit code (CannotPullContainerError: not found)',
  ],
] as const)('a stopped task says stop code, reason and exit codes: %#', ([task, line]) => {
  expect(whyStopped({ ...task, containers: [...(task.containers ?? [])] })).toBe(line)
})

test('tasks that stopped alike are one line', () => {
  const tasks = [crashed, crashed, scaledIn].map(task => ({ ...task, containers: [] }))
  expect(stopReasons(tasks)).toEqual([
    '2 tasks: EssentialContainerExited: Essential container in task exited',
    '1 task: ServiceSchedulerInitiated: Scaling activity initiated by (deployment ecs-svc/1)',
  ])
})

test('what failed hides what ECS stopped only to make room, newest first', () => {
  const at = (second: number) => ({ stoppedAt: new Date(second * 1000) })
  const [early, late] = [
    { taskArn: 'early', stopCode: crashed.stopCode, ...at(1) },
    { taskArn: 'late', stopCode: crashed.stopCode, ...at(2) },
  ]
  expect(failedFirst([early, { ...scaledIn, ...at(3) }, late])).toEqual([late, early])
  expect(failedFirst([scaledIn])).toEqual([scaledIn])
})

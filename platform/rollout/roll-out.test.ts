import { expect, test } from 'vitest'
import { rollOut, type RolloutRun } from './roll-out.ts'
import { EcsWorld } from './testing/ecs-world.ts'
import { EXPIRED, fakeClock, THROTTLED, withAws } from './testing/with-aws.ts'

const definition = (revision: number) =>
  `arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-dev-orders:${revision}`
const run: RolloutRun = {
  region: 'eu-west-1',
  cluster: 'shop-dev',
  service: 'orders',
  taskDefinition: definition(2),
  settings: {},
  log: { group: '/shop-dev/orders', prefix: 'service', container: 'orders' },
  pollSeconds: 10,
  limitSeconds: 600,
}
/** The service runs revision 1, and Pulumi has just updated it to 2. */
const updated = (ending: EcsWorld['ending']) => {
  const world = new EcsWorld('orders', definition(1))
  world.ending = ending
  world.begin(definition(2))
  return world
}

/** @returns what it threw, if it did */
async function rolled(
  world: EcsWorld,
  change: Partial<RolloutRun> = {},
): Promise<string | undefined> {
  await using it = await withAws(world)
  try {
    await rollOut({ ...run, ...change }, it.aws, fakeClock())
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

test('a rollout that completes is waited for and not begun again', async () => {
  const world = updated('completed')
  expect(await rolled(world)).toBeUndefined()
  expect(world.count('DescribeServiceDeployments')).toBe(3)
  expect(world.count('UpdateService')).toBe(0)
})

test('one that the circuit breaker took back says deployment, reasons, exit codes and log lines', async () => {
  expect(await rolled(updated('circuit breaker'))).toBe(
    [
      'rollout of orders failed: ECS rolled it back, and the version before serves again (ROLLBACK_SUCCESSFUL)',
      '  deployment dep4980307 of shop-dev-orders:2 in cluster shop-dev',
      '  reason: Service deployment rolled back because the circuit breaker threshold was exceeded.',
      '  circuit breaker: 3 tasks failed, 3 are enough',
      '  stopped tasks:',
      '    2 tasks: EssentialContainerExited: Essential container in task exited; container orders exit code 1',
      '  last log lines of task orders.stopped1:',
      ...Array.from(
        { length: 20 },
        (_, line) => `    {"level":60,"msg":"line ${line + 11}: connect ECONNREFUSED"}`,
      ),
      '  what ECS says:',
      '    (service orders) has started 1 tasks: (task x).',
      '  2 of 2 tasks run. Mend it, then run "pulumi up" again; without a change it tries the same version again',
    ].join('\n'),
  )
})

test('one that an alarm took back names the alarm, and no other', async () => {
  const message = await rolled(updated('alarm'))
  expect(message).toContain('because of alarm(s) in ALARM state')
  expect(message).toContain(
    '  alarms:\n    orders-5xx: ALARM: Threshold Crossed: 3 datapoints were greater than the threshold (1.0).\n',
  )
  expect(message).not.toContain('orders-p99')
  expect(message).not.toContain('circuit breaker')
})

test('one that ECS stopped without a version before says so', async () => {
  expect(await rolled(updated('stopped'))).toContain(
    'rollout of orders failed: ECS stopped it and did not go back to another version (STOPPED)',
  )
})

test('one that is stuck fails when the time is over', async () => {
  const world = updated('stuck')
  expect(await rolled(world)).toContain(
    'rollout of orders was not done after 10 minutes (IN_PROGRESS); ECS goes on with it\n  deployment dep4980307',
  )
  expect(world.count('DescribeServiceDeployments')).toBe(61)
})

test('after a rollback the same version is deployed again, and with a fix it completes', async () => {
  const world = updated('circuit breaker')
  await rolled(world)
  expect(world.serving).toBe(definition(1))
  expect(await rolled(world)).toContain('rollout of orders failed')
  expect(world.count('UpdateService')).toBe(1)
  expect(world.calls.find(({ operation }) => operation === 'UpdateService')?.input).toEqual({
    cluster: 'shop-dev',
    service: 'orders',
    taskDefinition: definition(2),
    forceNewDeployment: true,
  })
  world.ending = 'completed'
  expect(await rolled(world)).toBeUndefined()
  expect(world.serving).toBe(definition(2))
  expect(world.count('UpdateService')).toBe(2)
})

test('that it failed is said also where the rest can not be read', async () => {
  const world = updated('circuit breaker')
  const answer = world.answer.bind(world)
  world.answer = (operation, input) => {
    if (operation === 'ListTasks') throw new Error('no rights')
    return answer(operation, input)
  }
  expect(await rolled(world)).toBe(
    [
      'rollout of orders failed: ECS rolled it back, and the version before serves again (ROLLBACK_SUCCESSFUL)',
      "  why is not known: its stopped tasks can't be read: StandInException: Error: no rights",
    ].join('\n'),
  )
})

test('a call that is throttled is made again', async () => {
  const world = updated('completed')
  await using it = await withAws(world)
  it.standIn.fault = { ...THROTTLED }
  await rollOut(run, it.aws, fakeClock())
  expect(it.standIn.fault.times).toBe(0)
})

test('expired credentials are named, with what to do', async () => {
  await using it = await withAws(updated('completed'))
  it.standIn.fault = EXPIRED
  await expect(rollOut(run, it.aws, fakeClock())).rejects.toThrow(
    'can\'t look at service orders in cluster shop-dev: the AWS credentials have expired: log in again, then run "pulumi up" again',
  )
})

test('a service that is gone is named', async () => {
  expect(await rolled(new EcsWorld('orders'))).toContain(
    'there is no service orders in cluster shop-dev; "pulumi refresh"',
  )
})

import { expect, test } from 'vitest'
import { type MigrationRun, runMigration } from './run-migration.ts'
import { EcsWorld, type MigrationEnding } from './testing/ecs-world.ts'
import { EXPIRED, fakeClock, THROTTLED, withAws } from './testing/with-aws.ts'

const run: MigrationRun = {
  region: 'eu-west-1',
  cluster: 'shop-dev',
  service: 'orders',
  taskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-dev-orders-migration:7',
  subnets: ['subnet-a', 'subnet-b'],
  securityGroups: ['sg-1'],
  log: { group: '/shop-dev/orders', prefix: 'migrate', container: 'orders' },
  pollSeconds: 5,
  limitSeconds: 120,
}

async function migrated(ending: MigrationEnding) {
  const world = new EcsWorld('orders')
  world.migration = ending
  await using it = await withAws(world)
  const message = await runMigration(run, it.aws, fakeClock()).then(
    () => undefined,
    (error: Error) => error.message,
  )
  return { world, message }
}

test('a migration runs once, as a task in the private subnets, and is waited for', async () => {
  const { world, message } = await migrated('passes')
  expect(message).toBeUndefined()
  expect(world.calls.filter(({ operation }) => operation === 'RunTask')).toEqual([
    {
      operation: 'RunTask',
      input: expect.objectContaining({
        cluster: 'shop-dev',
        taskDefinition: run.taskDefinition,
        launchType: 'FARGATE',
        count: 1,
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: ['subnet-a', 'subnet-b'],
            securityGroups: ['sg-1'],
            assignPublicIp: 'DISABLED',
          },
        },
      }),
    },
  ])
})

test('one that fails says its exit code and its own log lines', async () => {
  const { message } = await migrated('fails')
  expect(message).toBe(
    [
      'migrations of orders failed',
      '  task orders.migration1 of shop-dev-orders-migration:7 in cluster shop-dev',
      '  stopped: EssentialContainerExited: Essential container in task exited; container orders exit code 1',
      '  its last log lines:',
      '    {"level":30,"msg":"migrating 0007-remark"}',
      '    orders migrate: 0007-remark.sql: column "note" does not exist',
      '  the rollout did not begin: orders runs as before. Mend it, then run "pulumi up" again; it runs the migrations again',
    ].join('\n'),
  )
})

test('a task that does not start is tried again: its role may be a second old', async () => {
  const { world, message } = await migrated('starts late')
  expect(message).toBeUndefined()
  expect(world.count('RunTask')).toBe(2)
})

test('one that never starts says why', async () => {
  const { world, message } = await migrated('never starts')
  expect(world.count('RunTask')).toBe(3)
  expect(message).toContain('migrations of orders never started, in 3 tries\n')
  expect(message).toContain(
    'stopped: TaskFailedToStart: CannotPullContainerError: pull image manifest has been retried 1 time(s); container orders has no exit code (CannotPullContainerError: not found)',
  )
})

test('one that fails is not run twice', async () => {
  const { world } = await migrated('fails')
  expect(world.count('RunTask')).toBe(1)
})

test('one without a place says so', async () => {
  const { message } = await migrated('no place')
  expect(message).toContain(
    "migrations of orders can't be started: ECS has no place for the task (Capacity is unavailable at this time)",
  )
})

test('one that takes too long is stopped', async () => {
  const { world, message } = await migrated('hangs')
  expect(message).toContain('migrations of orders were not done after 2 minutes and were stopped\n')
  expect(world.calls.find(({ operation }) => operation === 'StopTask')?.input).toMatchObject({
    task: expect.stringMatching(/migration1$/),
    reason: 'migrations took longer than 2 minutes',
  })
})

test('a call that is throttled is made again', async () => {
  await using it = await withAws(new EcsWorld('orders'))
  it.standIn.fault = { ...THROTTLED }
  await runMigration(run, it.aws, fakeClock())
  expect(it.standIn.fault.times).toBe(0)
})

test.for([
  [EXPIRED, 'the AWS credentials have expired: log in again'],
  [
    { name: 'AccessDeniedException', message: 'not authorized to perform: iam:PassRole' },
    'lacks this permission; allow it and run "pulumi up" again. AWS says: AccessDeniedException: not authorized to perform: iam:PassRole',
  ],
  [
    { name: 'ClientException', message: 'The task definition is INACTIVE' },
    "migrations of orders can't be started: ClientException: The task definition is INACTIVE",
  ],
] as const)('what AWS refuses is explained: %#', async ([fault, message]) => {
  await using it = await withAws(new EcsWorld('orders'))
  it.standIn.fault = fault
  await expect(runMigration(run, it.aws, fakeClock())).rejects.toThrow(message)
})

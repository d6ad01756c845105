import { expect, test } from 'vitest'
import { nextStep, outcomeOf } from './rollout-step.ts'

const NEW = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-dev-orders:2'
const OLD = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-dev-orders:1'

test.for([
  ['a rollout that is under way is watched', NEW, 'IN_PROGRESS', 'IN_PROGRESS', 'watch'],
  ['also while ECS does not list it yet', NEW, 'IN_PROGRESS', 'SUCCESSFUL', 'watch'],
  ['and when it is the first', NEW, 'IN_PROGRESS', undefined, 'watch'],
  ['one that is over is done', NEW, 'COMPLETED', 'SUCCESSFUL', 'done'],
  ['and so when it is too old to be listed', NEW, 'COMPLETED', undefined, 'done'],
  ['a rolled back version is deployed again', OLD, 'COMPLETED', 'ROLLBACK_SUCCESSFUL', 'deploy'],
  ['also while the version before has trouble', OLD, 'IN_PROGRESS', 'ROLLBACK_FAILED', 'deploy'],
  ['what somebody else deployed is replaced', OLD, 'COMPLETED', 'SUCCESSFUL', 'deploy'],
  ['settings that were rolled back too', NEW, 'COMPLETED', 'ROLLBACK_SUCCESSFUL', 'deploy'],
  ['a version without one before is tried again', NEW, 'FAILED', 'STOPPED', 'deploy'],
  ['a rollback is waited for', OLD, 'IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'wait'],
  ['of settings too', NEW, 'IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'wait'],
  ['and a stop', NEW, 'IN_PROGRESS', 'STOP_REQUESTED', 'wait'],
] as const)('%s', ([, taskDefinition, rolloutState, status, step]) => {
  const latest = status && { status }
  expect(nextStep(NEW, { primary: { taskDefinition, rolloutState }, latest })).toBe(step)
})

test('a service without a deployment gets one', () => {
  expect(nextStep(NEW, { primary: undefined, latest: undefined })).toBe('deploy')
})

test.for([
  ['PENDING', undefined],
  ['IN_PROGRESS', undefined],
  ['ROLLBACK_IN_PROGRESS', undefined],
  [undefined, undefined],
  ['SUCCESSFUL', 'success'],
  ['ROLLBACK_SUCCESSFUL', 'failure'],
  ['ROLLBACK_FAILED', 'failure'],
  ['STOPPED', 'failure'],
] as const)('the status %s is %s', ([status, outcome]) => {
  expect(outcomeOf(status)).toBe(outcome)
})

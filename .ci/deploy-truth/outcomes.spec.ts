import { afterAll, beforeAll, expect, test } from 'vitest'
import { awsStandIn, type StandIn } from '../../platform/rollout/testing/aws-stand-in.ts'
import { EcsWorlds } from '../../platform/rollout/testing/ecs-worlds.ts'
import { EXPIRED, THROTTLED } from '../../platform/rollout/testing/with-aws.ts'
import { Project, type Run } from './project.ts'

// How each service's rollout goes is its name. One `up` is of all: an engine takes seconds to start.
const SERVICES = [
  'completed',
  'broken',
  'alarmed',
  'stuck',
  'throttled',
  'expired',
  'unmigrated',
] as const
type Service = (typeof SERVICES)[number]

const worlds = new EcsWorlds(SERVICES)
const versions: Record<string, string> = {}
let standIn: StandIn
let project: Project

beforeAll(async () => {
  const pulumi = process.env['PULUMI']
  if (pulumi === undefined) throw new Error('PULUMI must be the path of a Pulumi CLI')
  standIn = await awsStandIn(worlds)
  project = new Project(pulumi, standIn.endpoint)
  await project.init()
})
afterAll(async () => {
  project?.[Symbol.dispose]()
  await standIn?.[Symbol.asyncDispose]()
})

const up = (version: string, services: readonly Service[]): Promise<Run> => {
  for (const service of services) versions[service] = version
  return project.up(versions)
}

const serving = () =>
  Object.fromEntries(SERVICES.map(service => [service, version(worlds.of(service).serving)]))
/** `arn:...:task-definition/orders-v2:1` -> `v2` */
const version = (arn: string | undefined) => /-(v\d+):1$/.exec(arn ?? '')?.[1]
const allAt = (version: string) => Object.fromEntries(SERVICES.map(service => [service, version]))
const began = (service: Service) => worlds.of(service).count('UpdateService')

/** What `up` says of one resource. */
const errorOf = ({ said }: Run, resource: string): string => {
  const [, text = ''] = said.split(`(${resource}):\n`)
  return (text.split(/\n\n|\n {2}pulumi/)[0] ?? '').replaceAll(/^ {2,4}/gm, '')
}

test('a first deployment that ECS completes makes `up` succeed', async () => {
  const run = await up('v1', SERVICES)
  expect(run.code, run.said).toBe(0)
  expect(serving()).toEqual(allAt('v1'))
})

test('`up` fails for what does not roll out, and says why', async () => {
  worlds.of('broken').ending = 'circuit breaker'
  worlds.of('alarmed').ending = 'alarm'
  worlds.of('stuck').ending = 'stuck'
  worlds.of('unmigrated').migration = 'fails'
  worlds.faults.set('throttled', { ...THROTTLED, times: 3, operation: 'DescribeServices' })
  worlds.faults.set('expired', { ...EXPIRED, operation: 'DescribeServiceDeployments' })
  const run = await up('v2', SERVICES)
  expect(run.code).not.toBe(0)
  expect(errorOf(run, 'broken-rollout')).toMatch(
    /^error: rollout of broken failed: ECS rolled it back.*\n {2}deployment dep\d+ of broken-v2:1 in cluster broken\n.*circuit breaker threshold was exceeded[^]*exit code 1[^]*line 11: [^]*line 30: /,
  )
  expect(errorOf(run, 'alarmed-rollout')).toMatch(
    /^error: rollout of alarmed failed: ECS rolled it back[^]*alarmed-5xx: ALARM: Threshold Crossed/,
  )
  expect(errorOf(run, 'stuck-rollout')).toMatch(
    /^error: rollout of stuck was not done after 1 seconds \(IN_PROGRESS\); ECS goes on with it/,
  )
  expect(errorOf(run, 'expired-rollout')).toMatch(
    /^error: can't look at the deployment of service expired.*credentials have expired: log in again/,
  )
  expect(errorOf(run, 'unmigrated-migrated')).toMatch(
    /^error: migrations of unmigrated failed\n.*\n.*exit code 1\n[^]*column "note" does not exist/,
  )
})

test('what completed, or was only throttled for a while, is done', () => {
  expect(serving()).toMatchObject({ completed: 'v2', throttled: 'v2', expired: 'v2' })
  expect(worlds.faults.get('throttled')?.times).toBe(0)
})

test('what ECS took back serves the version before', () => {
  expect(serving()).toMatchObject({ broken: 'v1', alarmed: 'v1' })
})

test('a service whose migrations failed is not touched', async () => {
  expect(serving()).toMatchObject({ unmigrated: 'v1' })
  expect(began('unmigrated')).toBe(1)
  expect(version((await project.servicesInState())['unmigrated'])).toBe('v1')
})

test('the next `up` tries the same version again, takes a fix, and asks ECS and not the state', async () => {
  worlds.of('alarmed').ending = 'completed'
  worlds.of('stuck').ending = 'completed'
  worlds.of('unmigrated').migration = 'passes'
  worlds.faults.clear()
  const before = { broken: began('broken'), expired: began('expired') }
  const run = await up('v3', ['stuck', 'unmigrated'])
  expect(run.code).not.toBe(0)
  expect(errorOf(run, 'broken-rollout')).toMatch(/^error: rollout of broken failed/)
  expect(run.said.match(/^ {2}pulumi-nodejs:dynamic.*\(.*\):$/gm)).toHaveLength(1)
  expect(began('broken')).toBe(before.broken + 1)
  // ECS went on with it while nobody could look.
  expect(began('expired')).toBe(before.expired)
  expect(serving()).toEqual({ ...allAt('v2'), broken: 'v1', stuck: 'v3', unmigrated: 'v3' })
})

test('and with the last fix it succeeds', async () => {
  worlds.of('broken').ending = 'completed'
  const run = await up('v3', SERVICES)
  expect(run.code, run.said).toBe(0)
  expect(serving()).toEqual(allAt('v3'))
})

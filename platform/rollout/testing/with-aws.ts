import { vi } from 'vitest'
import { openAws } from '../aws-clients.ts'
import { type Clock } from '../patience.ts'
import { awsStandIn } from './aws-stand-in.ts'
import type { EcsWorld } from './ecs-world.ts'

/** A clock that does not wait: pausing moves it on. */
export function fakeClock(): Clock & { paused: number } {
  const clock = {
    paused: 0,
    now: () => clock.paused * 1000,
    pause: (seconds: number) => {
      clock.paused += seconds
      return Promise.resolve()
    },
  }
  return clock
}

/** The stand-in as the AWS of this process, and clients of it. */
export async function withAws(world: EcsWorld) {
  const standIn = await awsStandIn(world)
  vi.stubEnv('AWS_ENDPOINT_URL', standIn.endpoint)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  const aws = openAws('eu-west-1')
  return {
    aws,
    standIn,
    async [Symbol.asyncDispose]() {
      aws[Symbol.dispose]()
      vi.unstubAllEnvs()
      await standIn[Symbol.asyncDispose]()
    },
  }
}

export const EXPIRED = {
  name: 'ExpiredTokenException',
  message: 'The security token included in the request is expired',
}
export const THROTTLED = { name: 'ThrottlingException', message: 'Rate exceeded', times: 1 }

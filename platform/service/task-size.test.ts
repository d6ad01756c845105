import { expect, test } from 'vitest'
import { fargateSize } from './task-size.ts'

test.for([
  [0.25, 512, { cpu: '256', memory: '512' }],
  [0.25, 2048, { cpu: '256', memory: '2048' }],
  [0.5, 4096, { cpu: '512', memory: '4096' }],
  [1, 2048, { cpu: '1024', memory: '2048' }],
  [4, 30_720, { cpu: '4096', memory: '30720' }],
  [8, 20_480, { cpu: '8192', memory: '20480' }],
  [16, 122_880, { cpu: '16384', memory: '122880' }],
] as const)('%s vCPU with %s MiB exists', ([vcpu, memoryMiB, size]) => {
  expect(fargateSize({ vcpu, memoryMiB })).toEqual(size)
})

test.for([
  [0.3, 512, 'vcpu 0.3 does not exist on Fargate; allowed: 0.25, 0.5, 1, 2, 4, 8, 16'],
  [0, 512, 'vcpu 0 does not exist'],
  [Number.NaN, 512, 'vcpu NaN does not exist'],
  [0.25, 1536, 'memoryMiB 1536 does not exist with vcpu 0.25; allowed: 512, 1024, 2048'],
  [0.25, 4096, 'allowed: 512, 1024, 2048'],
  [0.5, 512, 'memoryMiB 512 does not exist with vcpu 0.5; allowed: 1024 to 4096 in steps of 1024'],
  [1, 2500, 'in steps of 1024'],
  [
    8,
    17_408,
    'memoryMiB 17408 does not exist with vcpu 8; allowed: 16384 to 61440 in steps of 4096',
  ],
] as const)('%s vCPU with %s MiB is refused: %s', ([vcpu, memoryMiB, message]) => {
  expect(() => fargateSize({ vcpu, memoryMiB })).toThrow(message)
})

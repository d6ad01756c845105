/** Memory in MiB that Fargate allows for each size of CPU. Source: Amazon ECS developer guide, "Task size". */
const MEMORY_MIB: Readonly<Record<string, { min: number; max: number; step: number }>> = {
  '0.25': { min: 512, max: 2048, step: 512 },
  '0.5': { min: 1024, max: 4096, step: 1024 },
  '1': { min: 2048, max: 8192, step: 1024 },
  '2': { min: 4096, max: 16_384, step: 1024 },
  '4': { min: 8192, max: 30_720, step: 1024 },
  '8': { min: 16_384, max: 61_440, step: 4096 },
  '16': { min: 32_768, max: 122_880, step: 8192 },
}

export interface TaskSize {
  vcpu: number
  memoryMiB: number
}

/** As a task definition wants it: CPU units and MiB as text. */
export interface FargateSize {
  cpu: string
  memory: string
}

/** @throws Error naming the size, what is allowed and the nearest size that exists */
export function fargateSize({ vcpu, memoryMiB }: TaskSize): FargateSize {
  const allowed = MEMORY_MIB[String(vcpu)]
  if (!allowed)
    throw new Error(`vcpu ${vcpu} does not exist on Fargate; allowed: ${vcpus().join(', ')}`)
  const { min, max, step } = allowed
  // 0.25 vCPU has 512, 1024 and 2048, but not 1536.
  const exists =
    memoryMiB >= min &&
    memoryMiB <= max &&
    memoryMiB % step === 0 &&
    !(vcpu === 0.25 && memoryMiB === 1536)
  if (!exists)
    throw new Error(
      `memoryMiB ${memoryMiB} does not exist with vcpu ${vcpu}; allowed: ${
        vcpu === 0.25 ? '512, 1024, 2048' : `${min} to ${max} in steps of ${step}`
      }`,
    )
  return { cpu: String(vcpu * 1024), memory: String(memoryMiB) }
}

const vcpus = (): number[] =>
  Object.keys(MEMORY_MIB)
    .map(Number)
    .sort((a, b) => a - b)

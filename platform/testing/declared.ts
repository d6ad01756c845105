import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import type { NetworkPlaces } from '../network/network-places.ts'
import { recordStack } from '../preview/record.ts'
import { taggingProvider } from '../tags.ts'

export const REGION = 'eu-west-1'

/** Subnets and VPC that nobody made: for tests of what stands in them. */
export const places = (): NetworkPlaces => {
  const ids = (kind: string) => ['a', 'b'].map(zone => pulumi.output(`subnet-${kind}-${zone}`))
  return {
    vpcId: pulumi.output('vpc-1'),
    cidr: '10.20.0.0/16',
    publicSubnetIds: ids('public'),
    privateSubnetIds: ids('private'),
    isolatedSubnetIds: ids('isolated'),
  }
}

/** Declares a part of the platform and gives back what was registered. */
export async function declared(
  program: (options: pulumi.ComponentResourceOptions) => unknown,
): Promise<Declared> {
  const root = mkdtempSync(join(tmpdir(), 'stack-'))
  try {
    writeFileSync(join(root, 'Pulumi.yaml'), 'name: shop\nruntime: nodejs\n')
    writeFileSync(join(root, 'Pulumi.dev.yaml'), `config:\n  aws:region: ${REGION}\n`)
    const { resources, warnings } = await recordStack({
      root,
      stack: 'dev',
      program: () => {
        const ownership = { project: 'shop', stack: 'dev', owner: 'team', costCenter: '1' }
        return program({ provider: taggingProvider(REGION, ownership) })
      },
    })
    return new Declared(resources, warnings)
  } finally {
    rmSync(root, { recursive: true })
  }
}

type Resources = Awaited<ReturnType<typeof recordStack>>['resources']
type Resource = Resources[number]

export class Declared {
  readonly resources: Resources
  readonly warnings: readonly string[]
  constructor(resources: Resources, warnings: readonly string[]) {
    this.resources = resources
    this.warnings = warnings
  }

  /** All of a type, by the end of its name: `lb/listener:Listener`. No components. */
  all(type: string): Resources {
    return this.resources.filter(({ custom, type: whole }) => custom && whole.endsWith(type))
  }

  /** The only one of a type, or the one with this name. */
  one(type: string, name?: string): Resource {
    const found = this.all(type).filter(resource => name === undefined || resource.name === name)
    const [first] = found
    if (first && found.length === 1) return first
    throw new Error(
      `${found.length} of ${type} ${name ?? ''}; there are ${this.all(type)
        .map(({ name }) => name)
        .join(', ')}`,
    )
  }
}

/** A property that is text. @throws Error where it is something else */
export function text(value: unknown): string {
  if (typeof value === 'string') return value
  throw new Error(`not text: ${JSON.stringify(value)}`)
}

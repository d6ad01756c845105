import type * as pulumi from '@pulumi/pulumi'
import type { ServiceDatabase } from '../data/databases.ts'
import { listenerRules } from '../edge/listener-rules.ts'
import { ServiceComponent } from './service.ts'
import type { Foundation } from './service-args.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import { createCallTokens } from './service-secret.ts'
import { asks, type System } from '../system.ts'

export interface DeployArgs extends Foundation {
  configs: ReadonlyMap<string, ServiceConfig>
  databases: ReadonlyMap<string, ServiceDatabase>
}

/** Every service of the system, whom others ask first. @returns by the service's name */
export function deployServices(
  system: System,
  { configs, databases, ...foundation }: DeployArgs,
  opts: pulumi.ComponentResourceOptions,
): ReadonlyMap<string, ServiceComponent> {
  const rules = listenerRules([...system.values()])
  const callTokens = createCallTokens(system, opts)
  const deployed = new Map<string, ServiceComponent>()
  for (const [name, manifest] of system) {
    const config = configs.get(name)
    if (!config) throw new Error(`service "${name}" has no configuration`)
    const callees = asks(manifest).map(callee => [callee, deployed.get(callee)] as const)
    deployed.set(
      name,
      new ServiceComponent(
        name,
        {
          ...foundation,
          manifest,
          config,
          database: databases.get(name),
          rules: rules.get(name) ?? [],
          callees: new Map(callees.flatMap(([callee, found]) => (found ? [[callee, found]] : []))),
          callTokens,
        },
        opts,
      ),
    )
  }
  return deployed
}

import { arnOf, identify, idOf, textOf, type Identity } from './identity.ts'
import { outputShape } from './output-shapes.ts'
import { asSecret, type Wire } from './sdk.ts'
import { specialOutputs } from './special-outputs.ts'

export interface Computed {
  id: string
  outputs: Wire
}

/**
 * Makes up what AWS would answer on creation, so that a program sees only known values: its inputs, and for each output
 * that its class promises a value of the right shape.
 */
export function compute(
  urn: string,
  type: string,
  inputs: Wire,
  region: string,
  secretOutputs: readonly string[],
): Computed {
  const identity = identify(urn, type, inputs, region)
  const special = specialOutputs(identity, inputs)
  const id = textOf(special['id']) ?? idOf(identity)
  const outputs: Wire = {}
  for (const [name, shape] of outputShape(type))
    if (inputs[name] === undefined) outputs[name] = valueOf(name, shape, identity, id)
  Object.assign(outputs, special, inputs)
  delete outputs['id']
  for (const name of secretOutputs) if (name in outputs) outputs[name] = asSecret(outputs[name])
  return { id, outputs }
}

function valueOf(name: string, shape: string, identity: Identity, id: string): unknown {
  if (shape.endsWith('[]')) return []
  if (shape === 'boolean') return false
  if (shape === 'number') return 1
  if (shape !== 'string' && !shape.includes('enums.') && shape !== 'aws.Region') return {}
  return textValue(name, identity, id)
}

function textValue(name: string, identity: Identity, id: string): string {
  const { hash, region, account } = identity
  if (name === 'arn') return arnOf(identity)
  if (name === 'name') return identity.name
  if (name === 'region') return region
  if (name === 'arnSuffix')
    return (
      arnOf(identity)
        .split(':')
        .at(-1)
        ?.replace(/^loadbalancer\//, '') ?? id
    )
  if (/arn$/i.test(name)) return `arn:aws:preview:${region}:${account}:${name}/${hash.slice(0, 17)}`
  if (/(?:owner|account|registry)(?:Id)?$/i.test(name)) return account
  if (/^(?:status|state)$/.test(name)) return 'available'
  if (/(?:endpoint|domainName|dnsName|address)$/i.test(name))
    return `${identity.name}.${hash.slice(0, 12)}.${region}.amazonaws.com`.toLowerCase()
  return name.toLowerCase().endsWith('id') ? id : `${name}-${hash.slice(0, 8)}`
}

// node platform/preview/replacements/generate.ts PROVIDER_EXECUTABLE SCHEMA_JSON
// Writes replacements.json: asks the real Terraform AWS provider, property by property, whether a change of it forces a
// new resource. SCHEMA_JSON is what `terraform providers schema -json` prints.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { leaves, objectOf, withLeaf, type Block, type Leaf } from './blocks.ts'
import { documented, pulumiName } from './declarations.ts'
import type { Value } from './msgpack.ts'
import { startProvider, type Provider } from './provider.ts'
import { TERRAFORM_TYPES } from './types.ts'

interface Schema {
  provider_schemas: Record<
    string,
    { provider: { block: Block }; resource_schemas: Record<string, { block: Block }> }
  >
}

const NAME = 'registry.terraform.io/hashicorp/aws'
const SETTINGS = {
  region: 'us-east-1',
  access_key: 'none',
  secret_key: 'none',
  skip_credentials_validation: true,
  skip_requesting_account_id: true,
  skip_metadata_api_check: 'true',
  skip_region_validation: true,
}

/** What some types must hold besides their required properties, or the provider refuses every plan. */
const BASE: Readonly<Record<string, Record<string, Value>>> = {
  aws_dynamodb_table: {
    billing_mode: 'PAY_PER_REQUEST',
    read_capacity: 0,
    write_capacity: 0,
    hash_key: 'one',
    // Both values that a key takes are defined and in use, whichever it has.
    attribute: ['one', 'two'].map(name => ({ name, type: 'S' })),
    global_secondary_index: ['one', 'two'].map(name => ({
      name,
      hash_key: name,
      projection_type: 'ALL',
      non_key_attributes: null,
      range_key: null,
      read_capacity: 0,
      write_capacity: 0,
      on_demand_throughput: [],
    })),
    stream_enabled: false,
  },
  aws_lb: { load_balancer_type: 'application' },
  aws_lb_target_group: { port: 80, protocol: 'HTTP', target_type: 'ip', vpc_id: 'one' },
  aws_sns_topic: { fifo_throughput_scope: null },
}

/** Paths in Pulumi's spelling by whether the provider replaces; refused plans count as "may". */
interface Found {
  replace: string[]
  may: string[]
}

async function ask(
  provider: Provider,
  type: string,
  terraform: string,
  block: Block,
): Promise<Found> {
  // The comments know what the provider can't plan. Where it says no, they speak of a special case.
  const said = new Set(documented(type))
  const found: Found = { replace: [], may: [] }
  for (const leaf of leaves(block)) {
    const path = pathOf(type, leaf)
    if (path === undefined) continue
    const answer = await planOf(provider, terraform, block, leaf)
    const isSaid = said.delete(path)
    if (answer === true || (answer === undefined && isSaid)) found.replace.push(path)
    else if (answer === undefined || isSaid) found.may.push(path)
  }
  return { replace: [...found.replace, ...said].sort(), may: found.may.sort() }
}

/** Whether a change of this property alone replaces; undefined where the provider can't say. */
async function planOf(
  provider: Provider,
  type: string,
  block: Block,
  leaf: Leaf,
): Promise<boolean | undefined> {
  const base = { ...objectOf(block, 'state'), ...BASE[type] }
  const configured = { ...objectOf(block, 'config'), ...BASE[type] }
  const prior = withLeaf(base, block, leaf, 0)
  const changed = await provider.plan({
    type,
    prior,
    proposed: withLeaf(base, block, leaf, 1),
    config: withLeaf(configured, block, leaf, 1),
  })
  if (changed.refused !== undefined) return undefined
  const forcing = changed.replaces.filter(path => related(path, leaf.path.join('.')))
  if (forcing.length === 0) return false
  // A made-up state may ask for a replacement of its own accord: then the answer says nothing of the change.
  const config = withLeaf(configured, block, leaf, 0)
  const same = await provider.plan({ type, prior, proposed: prior, config })
  if (same.refused !== undefined) return undefined
  return forcing.some(path => !same.replaces.includes(path)) || undefined
}

/** A set is replaced as a whole: the provider then names the set, not what is in it. */
const related = (a: string, b: string): boolean =>
  `${a}.`.startsWith(`${b}.`) || `${b}.`.startsWith(`${a}.`)

function pathOf(type: string, { path }: Leaf): string | undefined {
  const [top = '', ...rest] = path
  const name = pulumiName(type, top)
  return name && [name, ...rest.map(camel)].join('.')
}

const camel = (name: string): string =>
  name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

const [executable, schemaFile] = process.argv.slice(2)
if (!executable || !schemaFile)
  throw new Error('usage: generate.ts PROVIDER_EXECUTABLE SCHEMA_JSON; see the head of this file')
const schema = (JSON.parse(readFileSync(schemaFile, 'utf8')) as Schema).provider_schemas[NAME]
if (!schema) throw new Error(`${schemaFile} has no schema of ${NAME}`)
using provider = await startProvider(executable)
await provider.configure({ ...objectOf(schema.provider.block, 'config'), ...SETTINGS })
const types: Record<string, Found> = {}
for (const [type, terraform] of Object.entries(TERRAFORM_TYPES)) {
  const block = schema.resource_schemas[terraform]?.block
  if (!block) throw new Error(`the schema has no ${terraform}`)
  types[type] = await ask(provider, type, terraform, block)
}
const version = /_v([\d.]+)/.exec(executable)?.[1] ?? 'of unknown version'
const source = `plans of the Terraform AWS provider ${version}, and what the comments of @pulumi/aws say`
writeFileSync(
  join(import.meta.dirname, '..', 'replacements.json'),
  `${JSON.stringify({ version: 1, source, date: new Date().toISOString().slice(0, 10), types }, null, 1)}\n`,
)

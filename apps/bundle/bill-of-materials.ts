import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

interface Component {
  type: 'library'
  'bom-ref': string
  name: string
  group?: string
  version: string
  purl: string
  licenses: ({ license: { name: string } } | { expression: string })[]
}

/**
 * The packages in a bundle as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/): what scanners of images can't see
 * in a bundle. Without serial number and time, so that the same sources give the same bytes.
 * @param packages folders
 */
export async function billOfMaterials(
  service: string,
  packages: readonly string[],
): Promise<object> {
  const components = await Promise.all(packages.map(componentOf))
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': service, name: service } },
    components: components.toSorted((a, b) => (a.purl < b.purl ? -1 : 1)),
  }
}

async function componentOf(folder: string): Promise<Component> {
  const { name, version, license } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  ) as { name: string; version: string; license?: unknown }
  const [scope, bare] = name.startsWith('@') ? name.split('/') : [undefined, name]
  const purl = `pkg:npm/${scope ? `${encodeURIComponent(scope)}/` : ''}${bare}@${version}`
  return {
    type: 'library',
    'bom-ref': purl,
    ...(scope && { group: scope }),
    name: bare ?? name,
    version,
    purl,
    licenses: typeof license === 'string' ? [licenseOf(license)] : [],
  }
}

/** An SPDX expression is written otherwise than a name. */
const licenseOf = (text: string) =>
  / (AND|OR|WITH) /.test(text) ? { expression: text } : { license: { name: text } }

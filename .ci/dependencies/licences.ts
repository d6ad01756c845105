import type { LockedPackage } from './lock-file.ts'

/** By SPDX: what asks for no more than to be named, and for changes of its own files to stay open. */
const ALLOWED = new Set([
  ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'CC-BY-3.0'],
  ...['CC0-1.0', 'ISC', 'MIT', 'MPL-2.0', 'Python-2.0', 'Zlib'],
])

/** Packages whose manifest does not say it; their LICENSE file was read. */
const READ: Readonly<Record<string, string>> = { '@logdna/tail-file': 'MIT' }

/** A line for each package whose licence is not on the list. */
export function licenceProblems(packages: readonly LockedPackage[]): string[] {
  return packages.flatMap(({ name, version, license }) => {
    const licence = READ[name] ?? license
    if (licence !== undefined && isAllowed(licence)) return []
    return [
      `${name} ${version}: licence ${licence ?? 'unknown'} is not on the list in .ci/dependencies/licences.ts`,
    ]
  })
}

/** Of alternatives one is enough, of what holds together each is needed. */
function isAllowed(expression: string): boolean {
  const plain = expression.replaceAll(/[()]/g, ' ').trim()
  if (/\s(?:WITH)\s/.test(plain)) return false
  // AND binds closer than OR; npm's packages do not nest them the other way round.
  return plain
    .split(/\s+OR\s+/)
    .some(part => part.split(/\s+AND\s+/).every(one => ALLOWED.has(one.trim())))
}

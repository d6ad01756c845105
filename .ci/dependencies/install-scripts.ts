import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { LockedPackage } from './lock-file.ts'

export type AllowScripts = Readonly<Record<string, boolean>>

/** `allowScripts` of package.json: what npm lets run at installation, and what it was decided not to let run. */
export const readAllowScripts = (root: string): AllowScripts =>
  z
    .object({ allowScripts: z.record(z.string(), z.boolean()) })
    .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).allowScripts

/** Code that would run at installation and that nobody decided on, and packages that are not those of the registry. */
export function scriptProblems(
  packages: readonly LockedPackage[],
  allowed: AllowScripts,
): string[] {
  const withScript = packages.filter(({ hasInstallScript }) => hasInstallScript)
  const names = new Set(withScript.map(({ name }) => name))
  return [
    ...[...names]
      .filter(name => !(name in allowed))
      .map(
        name =>
          `${name} runs a script when it is installed; read it, then set it in allowScripts of package.json to true or false`,
      ),
    ...Object.keys(allowed)
      .filter(name => !names.has(name))
      .map(name => `allowScripts of package.json has ${name}, which has no script; delete it`),
    ...packages.flatMap(({ name, version, integrity, resolved }) => [
      ...(integrity === undefined
        ? [`${name} ${version} has no integrity in package-lock.json`]
        : []),
      ...(resolved === undefined
        ? []
        : [
            `${name} ${version} comes from ${new URL(resolved).host}; package-lock.json names no host`,
          ]),
    ]),
  ]
}

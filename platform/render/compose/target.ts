import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { z } from 'zod'
import { type Target, UsageError } from '../target.ts'
import {
  compose as composed,
  type ComposeOptions,
  EDGE_FILE,
  SECRETS_FOLDER,
} from './compose-file.ts'
import { edgeConfig } from './edge-config.ts'
import { optionsOf, USAGE } from './options.ts'
import { type Atoms, newAtom } from './secrets.ts'

/**
 * A compose project of the whole shop. Without `--out` compose.yaml is printed, as it would stand in `.data/compose`;
 * with it everything is written that it takes. Secrets are made once and kept.
 */
export const compose: Target = {
  usage: USAGE,
  render: async (args, { system, root, print }) => {
    const { out, ...given } = optionsOf(args, system)
    const folder = resolve(root, out ?? join('.data', 'compose'))
    const options = { ...given, system, context: relative(folder, root) || '.' }
    if (out === undefined) print(composed({ ...options, atoms: () => '' }).yaml.trimEnd())
    else print(await writeProject(folder, options))
  },
}

async function writeProject(
  folder: string,
  options: Omit<ComposeOptions, 'atoms'>,
): Promise<string> {
  const secretsFolder = join(folder, SECRETS_FOLDER)
  await mkdir(secretsFolder, { recursive: true })
  await chmod(folder, 0o700)
  const known = await readAtoms(join(folder, ATOMS_FILE))
  const atoms: Atoms = name => (known[name] ??= newAtom())
  const { yaml, secrets } = composed({ ...options, atoms })
  await writeFile(join(folder, ATOMS_FILE), `${JSON.stringify(known, null, 2)}\n`, { mode: 0o600 })
  // Compose mounts these as they are, and a container's account is none of this machine: the folder keeps others out.
  for (const [name, text] of Object.entries(secrets))
    await writeFile(join(secretsFolder, name), text, { mode: 0o644 })
  await writeFile(join(folder, EDGE_FILE), edgeConfig(options.system), { mode: 0o644 })
  const file = join(folder, 'compose.yaml')
  await writeFile(file, yaml)
  return `written: ${file}\nstart the shop on http://localhost:${options.port}: docker compose -f ${file} up --build --wait`
}

/** What all secrets are made of. Without it the database of an earlier start can't be opened. */
const ATOMS_FILE = 'secrets.json'

const Known = z.record(z.string(), z.string())

async function readAtoms(file: string): Promise<z.output<typeof Known>> {
  try {
    return Known.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw new UsageError(
      `${file} can't be read: ${String(error)}; restore it, or delete it and the volumes of the project`,
    )
  }
}

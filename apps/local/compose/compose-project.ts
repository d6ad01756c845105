import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { runChild } from '../processes/children.ts'
import { errorCode, StartError } from '../start-error.ts'

/** A shop that `npm run render -- compose --out` made and that runs. */
export interface ComposeProject {
  folder: string
  /** Address of the edge on this machine: `127.0.0.1:8080`. */
  edge: string
  /** Of the database, where the project publishes it. */
  postgres: string | undefined
  /** @throws {StartError} when the project does not run, or nobody has registered with this e-mail */
  grantAdmin: (email: string) => Promise<void>
}

const Ports = z.object({ ports: z.tuple([z.string()]) })
const Project = z.object({
  services: z.object({ edge: Ports, postgres: Ports.partial().optional() }),
})

/** @param env of commands of Docker @throws {StartError} naming what is missing */
export async function openComposeProject(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ComposeProject> {
  const file = join(folder, 'compose.yaml')
  const project = Project.safeParse(parse(await textOf(file)))
  if (!project.success)
    throw new StartError(
      'bad_option',
      `${file} is no shop: it has no edge with a port.`,
      'Render it anew: npm run render -- compose --out DIR',
    )
  const { edge, postgres } = project.data.services
  return {
    folder,
    edge: outside(edge.ports[0]),
    postgres: postgres?.ports && outside(postgres.ports[0]),
    grantAdmin: email => grantAdmin(file, email, env),
  }
}

/** "127.0.0.1:8080:8080": the last is the port inside. */
const outside = (ports: string): string => ports.slice(0, ports.lastIndexOf(':'))

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    throw new StartError(
      'bad_option',
      `${file} is not there.`,
      'Make it: npm run render -- compose --out DIR',
      error,
    )
  }
}

async function grantAdmin(
  file: string,
  email: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const inside = ['users', 'node', '/app/main.mjs', 'grant-admin', email]
  const { ending, stderr } = await runChild(
    'docker',
    ['compose', '-f', file, 'exec', '-T', ...inside],
    { env: env as Record<string, string> },
  )
  if (ending !== 0)
    throw new StartError(
      'bad_option',
      `The first admin could not be made: ${stderr.trim()}`,
      `Is the project running? docker compose -f ${file} up --wait`,
    )
}

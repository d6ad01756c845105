import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')
const STACK = 'dev'

/** How a command of Pulumi ended. */
export interface Run {
  code: number | null
  said: string
}

/** A Pulumi project in a folder of its own, with a state of its own, that runs `program.ts` here. */
export class Project {
  readonly #pulumi: string
  readonly #folder = mkdtempSync(join(tmpdir(), 'shop-deploy-'))
  readonly #env: Readonly<Record<string, string>>

  /** @param pulumi the CLI @param endpoint what answers in place of AWS */
  constructor(pulumi: string, endpoint: string) {
    this.#pulumi = pulumi
    mkdirSync(join(this.#folder, 'state'))
    for (const name of ['apps', 'platform', 'node_modules', '.ci'])
      symlinkSync(join(ROOT, name), join(this.#folder, name))
    const write = (name: string, text: string) => writeFileSync(join(this.#folder, name), text)
    write('Pulumi.yaml', 'name: shop\nruntime: { name: nodejs, options: { typescript: false } }\n')
    write('package.json', '{ "name": "shop", "type": "module", "main": "main.js" }')
    write('main.js', "export { default } from './.ci/deploy-truth/program.ts'\n")
    this.#env = {
      ...(process.env as Record<string, string>),
      PULUMI_BACKEND_URL: `file://${join(this.#folder, 'state')}`,
      PULUMI_CONFIG_PASSPHRASE: 'offline',
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'eu-west-1',
    }
  }

  async init(): Promise<void> {
    const { code, said } = await this.#run({}, 'stack', 'init')
    if (code !== 0) throw new Error(`pulumi stack init: ${said}`)
  }

  /** `pulumi up` of versions by service; each goes as far as it can, whatever becomes of the others. */
  up(versions: Readonly<Record<string, string>>): Promise<Run> {
    return this.#run(versions, 'up', '--yes', '--skip-preview', '--continue-on-error')
  }

  /** Task definition that the state has for each service. */
  async servicesInState(): Promise<Record<string, string>> {
    const { said } = await this.#run({}, 'stack', 'export')
    const { deployment } = JSON.parse(said) as {
      deployment: { resources: { type: string; inputs: Record<string, string> }[] }
    }
    return Object.fromEntries(
      deployment.resources
        .filter(({ type }) => type === 'aws:ecs/service:Service')
        .map(({ inputs }) => [inputs['name'], inputs['taskDefinition']]),
    )
  }

  #run(versions: Readonly<Record<string, string>>, ...args: string[]): Promise<Run> {
    const more = ['--stack', STACK, '--non-interactive', '--color', 'never']
    const child = spawn(this.#pulumi, [...args, ...more], {
      cwd: this.#folder,
      env: { ...this.#env, DEPLOY_VERSIONS: JSON.stringify(versions) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (said += String(chunk)))
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', code => resolve({ code, said }))
    })
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true })
  }
}

/** What a dynamic provider's module of this folder exports: each throws where it must make `pulumi up` fail. */
export type Act<Inputs> = (inputs: Inputs) => Promise<void>

/**
 * The text that Pulumi keeps as `__provider` of a dynamic resource and runs for it: a CommonJS module that loads one of this
 * folder's modules when there is something to do. `dynamic.Resource` would make the same of functions, but for that loads
 * TypeScript and walks all of npm's tree: seconds, in each preview too; and the state would change with each line of the
 * code. Runs where the program runs, in the folder of Pulumi.yaml.
 *
 * How it behaves, as seen with the engine: what throws in `create` is not in the state, what throws in `update` stays there
 * with its former inputs; both fail `up`, leave alone what depends on them, and are tried again by the next one. (A resource
 * hook does not: after a failed `after` hook the state holds the new inputs, and the next `up` says "unchanged".) A preview
 * calls `diff` alone. Destroying does nothing.
 *
 * @param module file name in this folder; exports `act`
 * @param causes inputs whose change makes it run again; others are only written down
 */
export const providerText = (module: string, causes: readonly string[]): string => `
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')
const { isDeepStrictEqual } = require('node:util')
const causes = ${JSON.stringify(causes)}
const act = async inputs => {
  const file = pathToFileURL(join(process.cwd(), 'platform', 'rollout', ${JSON.stringify(module)}))
  await (await import(file.href)).act(inputs)
  return inputs
}
exports.handler = () => ({
  check: async (_, inputs) => ({ inputs }),
  diff: async (_, olds, news) => ({
    changes: causes.some(name => !isDeepStrictEqual(olds[name], news[name])),
  }),
  create: async inputs => ({ id: inputs.service, outs: await act(inputs) }),
  update: async (_, __, inputs) => ({ outs: await act(inputs) }),
})
`

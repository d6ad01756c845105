import { registerHooks } from 'node:module'

/** Loaded by `--import`: a process that asks for MikroORM fails. For what must do without its second of loading. */
registerHooks({
  resolve: (specifier, context, nextResolve) => {
    if (specifier.startsWith('@mikro-orm/')) throw new Error(`${specifier} was asked for`)
    return nextResolve(specifier, context)
  },
})

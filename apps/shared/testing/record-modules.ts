import { registerHooks } from 'node:module'

/** Loaded by `--import` before anything else: what the process has loaded since, for `GET /sdk`. */
const urls: string[] = []
Reflect.set(globalThis, 'loadedModules', urls)

registerHooks({
  load: (url, context, nextLoad) => {
    urls.push(url)
    return nextLoad(url, context)
  },
})

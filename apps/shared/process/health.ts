import type { AnyManifest } from '../manifest.ts'

/** What `/health` answers from the moment that the process listens. */
export const healthOf = ({ name }: AnyManifest, version: string) => ({
  status: 'ok',
  service: name,
  version,
})

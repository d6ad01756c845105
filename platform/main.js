// What Pulumi loads. JavaScript, so that an older Node can read it and say what it lacks.
import { RunError } from '@pulumi/pulumi'

export default async () => {
  if (!process.features.typescript)
    throw new RunError(
      `Node ${process.versions.node} can not run TypeScript; run "npm ci" and put the Node 24 that it brings first: PATH="$PWD/node_modules/.bin:$PATH" pulumi up`,
    )
  const program = await import('./index.ts')
  return program.default()
}

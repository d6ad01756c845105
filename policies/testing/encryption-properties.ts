import { globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/** Names of properties that decide on encryption, at rest or on the way. */
const NAME = /[Ee]ncrypt|[Kk]ms|^sse[A-Z]|Sse[A-Z]|^tls|M?[Tt]ls[A-Z]|Tls$|^ssl|Ssl/

/**
 * Every property of every type of the installed `@pulumi/aws` that decides on encryption, `rds.Instance.storageEncrypted`:
 * read from the arguments that its declaration files promise. Older names of a type are left out.
 */
export function encryptionProperties(): string[] {
  const root = dirname(require.resolve('@pulumi/aws/package.json'))
  return globSync('*/*.d.ts', { cwd: root })
    .filter(file => !/^(?:alb|types|config|region)\b|\/(?:index|get[A-Z]\w*)\.d\.ts$/.test(file))
    .flatMap(file => {
      const text = readFileSync(join(root, file), 'utf8')
      const [, name = '', body = ''] = /export interface (\w+)Args \{(.*?)\n\}/s.exec(text) ?? []
      return [...body.matchAll(/^ {4}(\w+)\??:/gm)]
        .map(([, property = '']) => property)
        .filter(property => NAME.test(property))
        .map(property => `${dirname(file)}.${name}.${property}`)
    })
    .sort()
}

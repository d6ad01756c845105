import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const AWS = dirname(createRequire(import.meta.url).resolve('@pulumi/aws/package.json'))

/** Properties of the type's arguments with their comments, as `@pulumi/aws` declares them. */
function argumentsOf(type: string): Map<string, string> {
  const file = join(AWS, `${type.split(':')[1] ?? ''}.d.ts`)
  if (!existsSync(file)) throw new Error(`@pulumi/aws has no ${file}`)
  const text = readFileSync(file, 'utf8')
  const args = text.slice(text.search(/export interface \w+Args \{/))
  return new Map(
    [...args.matchAll(/(?:\/\*\*((?:(?!\*\/)[^])*)\*\/\s*)?^ {4}(\w+)\??: /gm)].map(
      ([, comment = '', name = '']) => [name, comment],
    ),
  )
}

/** What the comments say forces a new resource; a region does for every type. */
export const documented = (type: string): string[] =>
  [...argumentsOf(type)]
    .filter(([name, comment]) => name === 'region' || FORCES.test(comment))
    .map(([name]) => name)

const FORCES = /forces? (?:a )?(?:new resource|replacement|recreation)|creates a new resource/i

/** `security_group_ids` -> `securityGroupIds`; a list may have the plural. Undefined where the SDK has dropped it. */
export function pulumiName(type: string, terraform: string): string | undefined {
  const known = argumentsOf(type)
  const camel = terraform.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  const renamed = RENAMED[`${type.split(':').at(-1) ?? ''}.${terraform}`]
  return [renamed, camel, plural(camel)].find(name => name !== undefined && known.has(name))
}

const plural = (word: string): string =>
  /(?:s|x|ch|sh)$/.test(word) ? `${word}es` : word.replace(/y$/, 'ie').concat('s')

const RENAMED: Readonly<Record<string, string>> = {
  'MetricAlarm.alarm_name': 'name',
  'TopicSubscription.topic_arn': 'topic',
  'Function.function_name': 'name',
  'Function.filename': 'code',
}

import type { ChildProcess } from 'node:child_process'
import type { Answers } from './bare.ts'
import type { Load } from './load.ts'

/** A path under measurement. */
export interface Target extends Omit<Load, 'seconds'> {
  server: ChildProcess
  /** Asked for in turn, so that none is cached; without them `url` itself. */
  paths?: string[]
}

/** Node adds these itself. */
const NODE_HEADERS = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding'])

/** What the yardstick shall send: the answer to each path, header by header. */
export async function answersOf(loads: Record<string, Target>): Promise<Answers> {
  const answers: Answers = {}
  for (const [path, { url, headers = {}, paths: [first = ''] = [] }] of Object.entries(loads)) {
    const answer = await fetch(new URL(first, url), { headers })
    answers[`/${path}`] = {
      headers: Object.fromEntries([...answer.headers].filter(([name]) => !NODE_HEADERS.has(name))),
      body: await answer.text(),
    }
  }
  return answers
}

/** Asks for the same, in the same way: what the load itself costs is in both figures. */
export const yardstick = (
  server: ChildProcess,
  url: string,
  name: string,
  { headers = {}, paths = [] }: Partial<Target> = {},
): Target => ({
  server,
  url: `${url}/${name}`,
  headers,
  paths: paths.map(path => `/${name}${path}`),
})

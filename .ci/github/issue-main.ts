import { readFileSync } from 'node:fs'
import { optionsOf, UsageError } from '../command-line.ts'
import { runCommand } from '../run-command.ts'
import { gitHubOf } from './api.ts'
import { issue } from './issue.ts'

const USAGE = `usage: node .ci/github/issue-main.ts --title TEXT --body FILE
  an open issue of this title with the file's text; an empty file closes it`

await runCommand(USAGE, async () => {
  const { title, body } = optionsOf(process.argv.slice(2), ['title', 'body'])
  if (title === undefined || body === undefined)
    throw new UsageError(`${title === undefined ? '--title TEXT' : '--body FILE'} is missing`)
  const done = await issue(gitHubOf(process.env), title, readFileSync(body, 'utf8'))
  process.stdout.write(`${done}\n`)
  return 0
})

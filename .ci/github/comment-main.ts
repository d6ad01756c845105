import { todayOf } from '../../policies/waiver.ts'
import { optionsOf, UsageError } from '../command-line.ts'
import { runCommand } from '../run-command.ts'
import { changesBetween } from '../report/changes.ts'
import { markdown, MARKER } from '../report/markdown/markdown.ts'
import { readSnapshot, SnapshotError } from '../report/read-snapshot.ts'
import { gitHubOf } from './api.ts'
import { comment } from './comment.ts'

const USAGE = `usage: node .ci/github/comment-main.ts --base FILE --head FILE --branch OWNER:BRANCH --sha COMMIT
  the report of two snapshots as the one comment of the pull request whose branch has this commit on top`

await runCommand(USAGE, async () => {
  const names = ['base', 'head', 'branch', 'sha'] as const
  const options = optionsOf(process.argv.slice(2), names)
  const missing = names.filter(name => options[name] === undefined)
  if (missing.length > 0)
    throw new UsageError(`missing: ${missing.map(name => `--${name}`).join(', ')}`)
  const { base = '', head = '', branch = '', sha = '' } = options
  const number = await comment(gitHubOf(process.env), { branch, sha }, MARKER, body(base, head))
  process.stdout.write(
    number === undefined ? `no open pull request has ${sha} on top\n` : `#${number} has it\n`,
  )
  return 0
})

/** What can not be read is said in the comment: the pull request may be what broke it. */
function body(base: string, head: string): string {
  try {
    return markdown(changesBetween(readSnapshot(base), readSnapshot(head), todayOf(new Date())))
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error
    return `${MARKER}\n### ⚠️ There is no report\n\n\`\`\`text\n${error.message.replaceAll(/`+|\p{Cf}/gu, '')}\n\`\`\`\n`
  }
}

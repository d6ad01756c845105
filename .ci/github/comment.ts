import { all, ask, type GitHub } from './api.ts'

interface PullRequest {
  number: number
  head: { sha: string }
}

interface Comment {
  id: number
  body?: string
  user?: { type?: string } | null
}

/** Which pull request: what GitHub itself says of the run, and nothing that the run has written. */
export interface Head {
  /** `owner:branch` */
  branch: string
  sha: string
}

/**
 * Writes the one comment of a pull request, or writes it anew in place.
 * @param marker line in the comment by which it is found
 * @returns number of the pull request; undefined where none is open that has this commit on top
 */
export async function comment(
  github: GitHub,
  head: Head,
  marker: string,
  body: string,
): Promise<number | undefined> {
  const query = `pulls?state=open&head=${encodeURIComponent(head.branch)}`
  const pull = (await all<PullRequest>(github, query)).find(one => one.head.sha === head.sha)
  if (!pull) return undefined
  const comments = await all<Comment>(github, `issues/${pull.number}/comments`)
  // Of a bot: anybody may write the marker.
  const own = comments.find(one => one.user?.type === 'Bot' && one.body?.includes(marker))
  if (own) await ask(github, 'PATCH', `issues/comments/${own.id}`, { body })
  else await ask(github, 'POST', `issues/${pull.number}/comments`, { body })
  return pull.number
}

import { all, ask, type GitHub } from './api.ts'

interface Issue {
  number: number
  title: string
  user?: { type?: string } | null
  pull_request?: object
}

/**
 * Opens an issue, or writes the open one of the same title anew; with nothing to say it closes that.
 * @param body empty where there is nothing to say
 * @returns what was done
 */
export async function issue(github: GitHub, title: string, body: string): Promise<string> {
  const open = (await all<Issue>(github, 'issues?state=open')).find(
    one => one.title === title && one.user?.type === 'Bot' && one.pull_request === undefined,
  )
  if (body.trim() === '') {
    if (!open) return 'nothing to say'
    await ask(github, 'PATCH', `issues/${open.number}`, { state: 'closed' })
    return `closed #${open.number}`
  }
  if (open) {
    await ask(github, 'PATCH', `issues/${open.number}`, { body })
    return `wrote #${open.number} anew`
  }
  const { number } = await ask<Issue>(github, 'POST', 'issues', { title, body })
  return `opened #${number}`
}

const TIMEOUT_MS = 30_000

/** Where a workflow asks GitHub: from the environment of its runner. */
export interface GitHub {
  apiUrl: string
  /** `owner/name` */
  repository: string
  token: string
}

/** @throws Error that names each variable that is missing */
export function gitHubOf(env: Record<string, string | undefined>): GitHub {
  const {
    GITHUB_API_URL: apiUrl = '',
    GITHUB_REPOSITORY: repository = '',
    GITHUB_TOKEN: token = '',
  } = env
  const missing = Object.entries({
    GITHUB_API_URL: apiUrl,
    GITHUB_REPOSITORY: repository,
    GITHUB_TOKEN: token,
  })
    .filter(([, value]) => value === '')
    .map(([name]) => name)
  if (missing.length > 0)
    throw new Error(`the environment lacks ${missing.join(', ')}; a runner of GitHub has them`)
  return { apiUrl, repository, token }
}

/** @param path below the repository, such as `issues/3/comments` @throws Error with GitHub's answer */
export async function ask<Answer>(
  { apiUrl, repository, token }: GitHub,
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  body?: object,
): Promise<Answer> {
  const answer = await fetch(`${apiUrl}/repos/${repository}/${path}`, {
    method,
    headers: {
      ...{ accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
      ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (!answer.ok)
    throw new Error(
      `${method} ${path}: GitHub answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`,
    )
  return (await answer.json()) as Answer
}

const PAGE = 100
const MAX_PAGES = 50

/** Every page of a list. */
export async function all<Item>(github: GitHub, path: string): Promise<Item[]> {
  const items: Item[] = []
  const separator = path.includes('?') ? '&' : '?'
  for (let page = 1; page <= MAX_PAGES; page++) {
    const found = await ask<Item[]>(
      github,
      'GET',
      `${path}${separator}per_page=${PAGE}&page=${page}`,
    )
    items.push(...found)
    if (found.length < PAGE) break
  }
  return items
}

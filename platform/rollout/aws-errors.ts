/** What may be wrong with a call of AWS that somebody can do something about. */
export type AwsProblem =
  | 'expired credentials'
  | 'unknown credentials'
  | 'no permission'
  | 'throttled'
  | 'no answer'
  | 'gone'

/** By the names of AWS's errors, or the codes of the network's. */
const PROBLEMS: Readonly<Record<AwsProblem, RegExp>> = {
  'expired credentials':
    /^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired)$/,
  'unknown credentials':
    /^(UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|IncompleteSignature|CredentialsProviderError|TokenProviderError)$/,
  'no permission': /^(AccessDenied|AccessDeniedException)$/,
  throttled: /^(Throttling|ThrottlingException|TooManyRequestsException|RequestLimitExceeded)$/,
  'no answer':
    /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|TimeoutError)$/,
  gone: /^(ClusterNotFoundException|ServiceNotFoundException|ServiceNotActiveException|QueueDoesNotExist)$/,
}

export type Advice = Readonly<Record<AwsProblem, string>>

/** What to do while `pulumi up` waits. */
const UP_ADVICE: Advice = {
  'expired credentials':
    'the AWS credentials have expired: log in again, then run "pulumi up" again; what ECS has begun goes on meanwhile',
  'unknown credentials':
    'AWS does not know the credentials: check AWS_PROFILE or the keys in the environment, then run "pulumi up" again',
  'no permission':
    'the role that runs "pulumi up" lacks this permission; allow it and run "pulumi up" again',
  throttled:
    'AWS refuses more calls for now, after several tries; run "pulumi up" again in a minute',
  'no answer':
    'AWS does not answer: check the network, then run "pulumi up" again; where there is no ECS at all, "pulumi config set rollouts leave" does without',
  gone: 'somebody deleted it; "pulumi refresh", then "pulumi up" makes it again',
}

/** Makes an error of AWS say what was being done and how to go on. Others stay as they are, after what was being done. */
export function explained(doing: string, error: unknown, advice = UP_ADVICE): Error {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  const code = error instanceof Error && 'code' in error ? String(error.code) : name
  const known = (Object.keys(PROBLEMS) as AwsProblem[]).find(
    problem => PROBLEMS[problem].test(name) || PROBLEMS[problem].test(code),
  )
  const text = known === undefined ? '' : `${advice[known]}. AWS says: `
  return new Error(`${doing}: ${text}${name}: ${message}`, { cause: error })
}

/** Does something with AWS; a failure says what it was. */
export async function asking<T>(doing: string, ask: () => Promise<T>, advice?: Advice): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    throw explained(doing, error, advice)
  }
}

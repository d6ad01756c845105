/** What somebody can do about an error of AWS, by its name. */
const ADVICE: readonly (readonly [names: RegExp, advice: string])[] = [
  [
    /^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired)$/,
    'the AWS credentials have expired: log in again, then run "pulumi up" again; what ECS has begun goes on meanwhile',
  ],
  [
    /^(UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|IncompleteSignature|CredentialsProviderError|TokenProviderError)$/,
    'AWS does not know the credentials: check AWS_PROFILE or the keys in the environment, then run "pulumi up" again',
  ],
  [
    /^(AccessDenied|AccessDeniedException)$/,
    'the role that runs "pulumi up" lacks this permission; allow it and run "pulumi up" again',
  ],
  [
    /^(Throttling|ThrottlingException|TooManyRequestsException|RequestLimitExceeded)$/,
    'AWS refuses more calls for now, after several tries; run "pulumi up" again in a minute',
  ],
  [
    /^(ClusterNotFoundException|ServiceNotFoundException|ServiceNotActiveException)$/,
    'somebody deleted it; "pulumi refresh", then "pulumi up" makes it again',
  ],
]

/** Makes one of AWS's errors say what was being done and how to go on. Others stay as they are, after what was being done. */
export function explained(doing: string, error: unknown): Error {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  const advice = ADVICE.find(([names]) => names.test(name))?.[1]
  return new Error(
    `${doing}: ${advice === undefined ? '' : `${advice}. AWS says: `}${name}: ${message}`,
    {
      cause: error,
    },
  )
}

/** Does something with AWS; a failure says what it was. */
export async function asking<T>(doing: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    throw explained(doing, error)
  }
}

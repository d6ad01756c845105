import type { z } from 'zod'
import type { Discovery, Jwks } from './schemas.ts'

/** What a JWT authorizer (API Gateway, any OpenID client) needs to verify our tokens. */
export const discovery = (
  issuer: string,
  { keys }: z.input<typeof Jwks>,
): z.input<typeof Discovery> => ({
  issuer,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  id_token_signing_alg_values_supported: [...new Set(keys.map(({ alg }) => alg))],
  response_types_supported: ['token'],
  subject_types_supported: ['public'],
})

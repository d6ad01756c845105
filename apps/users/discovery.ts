import type { z } from 'zod'
import { TOKEN_ALGORITHM } from '../shared/tokens.ts'
import type { Discovery } from './schemas.ts'

/** What a JWT authorizer (API Gateway, any OpenID client) needs to verify our tokens. */
export const discovery = (issuer: string): z.input<typeof Discovery> => ({
  issuer,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  id_token_signing_alg_values_supported: [TOKEN_ALGORITHM],
  response_types_supported: ['token'],
  subject_types_supported: ['public'],
})

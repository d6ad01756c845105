import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { TOKEN_AUDIENCE, TOKEN_TYPE } from '../shared/token-format.ts'
import { ACCESS_TOKEN_SECONDS } from './key-schedule.ts'
import type { TokenView } from './schemas.ts'
import type { SigningKeys } from './signing-keys.ts'
import type { User } from './user.ts'

export type IssueToken = (user: User, refreshToken: string) => Promise<TokenView>

/** @param issuer public URL of the platform */
export const tokenIssuer =
  (keys: SigningKeys, issuer: string): IssueToken =>
  async (user, refreshToken) => {
    const { kid, algorithm, privateKey } = keys.current()
    const accessToken = await new SignJWT({ role: user.role })
      .setProtectedHeader({ alg: algorithm, kid, typ: TOKEN_TYPE })
      .setIssuer(issuer)
      .setAudience(TOKEN_AUDIENCE)
      .setSubject(user.id)
      .setJti(randomUUID())
      .setIssuedAt()
      // Clocks of who verifies may be this slow; `exp` alone ends a token.
      .setNotBefore('2 minutes ago')
      .setExpirationTime(`${ACCESS_TOKEN_SECONDS}s`)
      .sign(privateKey)
    return {
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: ACCESS_TOKEN_SECONDS,
      refresh_token: refreshToken,
    }
  }

import type { TokenAlgorithm } from '../../apps/shared/token-format.ts'
import { ServiceOverrides } from '../config/service-config.ts'
import { ISSUER } from '../system.ts'

/** What the JWT authorizer of an HTTP API verifies: RSA signatures only. Source: its developer guide. */
const VERIFIED: TokenAlgorithm = 'RS256'

type Services = Readonly<Record<string, ServiceOverrides>>

/** The stack's services with tokens signed in a way that API Gateway verifies. Pure. */
export function signedForGateway(services: Services): Services {
  const issuer = services[ISSUER] ?? ServiceOverrides.parse({})
  const settings = { ...issuer.settings, signingAlgorithm: VERIFIED }
  return { ...services, [ISSUER]: { ...issuer, settings } }
}

/** Where a stack asks for API Gateway and for tokens that it can't verify. Pure. */
export function signingProblems(services: Services): string[] {
  const given = services[ISSUER]?.settings['signingAlgorithm']
  if (given === undefined || given === VERIFIED) return []
  return [
    `services.${ISSUER}.settings.signingAlgorithm is ${JSON.stringify(given)}: API Gateway verifies ${VERIFIED} alone and would refuse every token; leave it out, or set apiGateway to false`,
  ]
}

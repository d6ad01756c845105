// What everybody who makes, verifies or routes access tokens agrees on. Manifests and the platform read it: no imports.

/** Ed25519, and RSA with SHA-256 for verifiers that know nothing newer, as API Gateway. */
export const TOKEN_ALGORITHMS = ['EdDSA', 'RS256'] as const
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number]

export const TOKEN_AUDIENCE = 'shop'
export const TOKEN_TYPE = 'at+jwt'

import type { Statement } from './statements.ts'

/** `arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com`, or the provider's host alone. */
const OIDC = /(?:^|:oidc-provider\/)((?:[a-z\d-]+\.)+[a-z]{2,}(?:\/\S*)?)$/i

/** AWS services, which are principals of another kind. */
const isService = (principal: string): boolean => principal.endsWith('.amazonaws.com')

/** Hosts of the OpenID Connect providers whose tokens a statement trusts. */
export const oidcHostsOf = ({ allows, principals, actions }: Statement): string[] =>
  allows && actions.some(action => /^sts:(?:AssumeRoleWithWebIdentity|\*)$/i.test(action))
    ? principals.flatMap(principal =>
        isService(principal) ? [] : (OIDC.exec(principal)?.[1] ?? []),
      )
    : []

const GITHUB = 'token.actions.githubusercontent.com'
/** Owner and repository are given, whatever stands behind them. */
const GITHUB_SUBJECT = /^repo:[^*?/:]+\/[^*?/:]+:/
/** Something is given before the first wildcard. */
const SUBJECT = /^[^*?]{3,}/

/** Who of a provider's users is meant: subjects that are given, and not for everybody. */
export function isRestricted({ conditions }: Statement, host: string): boolean {
  const subjects = conditions.filter(
    ({ operator, key }) =>
      key === `${host.toLowerCase()}:sub` &&
      /^(?:ForAnyValue:)?String(?:Equals|Like)/.test(operator) &&
      !operator.endsWith('IfExists'),
  )
  const wanted = host === GITHUB ? GITHUB_SUBJECT : SUBJECT
  return subjects.some(
    ({ values }) => values.length > 0 && values.every(value => wanted.test(value)),
  )
}

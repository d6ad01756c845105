import { NEEDED_WITHOUT_NAT } from '../network/endpoints.ts'
import { signingProblems } from '../edge/gateway-tokens.ts'
import type { StackValues } from './stack-values.ts'

/** Problems that lie between two keys of a stack. Pure. */
export function crossProblems(values: StackValues, project: string): string[] {
  const problems: string[] = []
  const { domain, hostedZone, nat, interfaceEndpoints } = values
  if (domain !== undefined && hostedZone === undefined)
    problems.push(`${project}:hostedZone is empty; domain "${domain}" needs the zone that holds it`)
  if (domain === undefined && hostedZone !== undefined)
    problems.push(`${project}:domain is empty; hostedZone "${hostedZone}" is of no use without it`)
  if (domain && hostedZone && domain !== hostedZone && !domain.endsWith(`.${hostedZone}`))
    problems.push(
      `${project}:domain is "${domain}": must be in hostedZone "${hostedZone}", such as shop.${hostedZone}`,
    )
  const missing = NEEDED_WITHOUT_NAT.filter(name => !interfaceEndpoints.includes(name))
  if (nat === 'none' && missing.length > 0)
    problems.push(
      `${project}:nat is "none": tasks can't start unless interfaceEndpoints holds ${missing.join(', ')} too`,
    )
  if (values.databaseMaxStorageGiB < values.databaseStorageGiB * 1.1)
    problems.push(
      `${project}:databaseMaxStorageGiB is "${values.databaseMaxStorageGiB}": must be at least a tenth more than databaseStorageGiB, ${values.databaseStorageGiB}`,
    )
  if (values.apiBurst < values.apiRatePerSecond)
    problems.push(
      `${project}:apiBurst is "${values.apiBurst}": must be at least apiRatePerSecond, ${values.apiRatePerSecond}`,
    )
  if (/^cache\.t[12]\./.test(values.cacheNodeType) && values.cacheReplicas > 0)
    problems.push(
      `${project}:cacheNodeType is "${values.cacheNodeType}": can't fail over; use cache.t4g.micro or set cacheReplicas to 0`,
    )
  if (values.apiGateway)
    problems.push(...signingProblems(values.services).map(line => `${project}:${line}`))
  return problems
}

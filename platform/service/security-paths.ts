import type { AnyManifest } from '../../apps/shared/manifest.ts'
import { CACHE_PORT } from '../data/cache.ts'
import { POSTGRES_PORT } from '../data/database-instance.ts'
import { SERVICE_PORT } from './ports.ts'
import { asks } from '../system.ts'

/** One TCP path between a service and something else. */
export type SecurityPath =
  | { direction: 'in'; from: 'load-balancer'; port: number; why: string }
  | { direction: 'out'; to: 'database' | 'cache'; port: number; why: string }
  | { direction: 'out'; to: 'service'; service: string; port: number; why: string }

/** Every path that a service has inside the VPC: what its routes, needs and calls imply, nothing else. Pure. */
export function securityPaths(manifest: AnyManifest): SecurityPath[] {
  const { name, routes, needs } = manifest
  const paths: SecurityPath[] = []
  if (routes.length > 0)
    paths.push({
      direction: 'in',
      from: 'load-balancer',
      port: SERVICE_PORT,
      why: `Requests of clients to ${name}`,
    })
  if (needs.database)
    paths.push({
      direction: 'out',
      to: 'database',
      port: POSTGRES_PORT,
      why: `${name} needs a database`,
    })
  if (needs.cache)
    paths.push({ direction: 'out', to: 'cache', port: CACHE_PORT, why: `${name} needs the cache` })
  for (const service of asks(manifest))
    paths.push({
      direction: 'out',
      to: 'service',
      service,
      port: SERVICE_PORT,
      why: `${name} asks ${service}`,
    })
  return paths
}

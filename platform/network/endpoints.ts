import type { AnyManifest } from '../../apps/shared/manifest.ts'

/** AWS services that can be reached by an interface endpoint here: the last part of the endpoint's name. */
export const INTERFACE_ENDPOINTS = [
  'ecr.api',
  'ecr.dkr',
  'logs',
  'monitoring',
  'secretsmanager',
  'kms',
  'sns',
  'sqs',
  'ssmmessages',
  'sts',
] as const

export type InterfaceEndpoint = (typeof INTERFACE_ENDPOINTS)[number]

/** Without a way out, tasks start and do their work only where these are reached inside the VPC. Pure. */
export const neededWithoutNat = (services: readonly AnyManifest[]): InterfaceEndpoint[] => [
  'ecr.api',
  'ecr.dkr',
  'logs',
  'secretsmanager',
  ...(services.some(({ publishes }) => publishes.length > 0) ? (['sns'] as const) : []),
  ...(services.some(({ consumes }) => consumes.length > 0) ? (['sqs'] as const) : []),
]

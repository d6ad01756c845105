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

/** Without a way out, a task starts only where these are reached inside the VPC. */
export const NEEDED_WITHOUT_NAT: readonly InterfaceEndpoint[] = [
  'ecr.api',
  'ecr.dkr',
  'logs',
  'secretsmanager',
]

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type BoundaryStatement, deployBoundary } from '../delivery/delivery-boundary.ts'
import { deployStatements } from '../delivery/delivery-statements.ts'
import { declaredPlatform } from '../testing/declared-platform.ts'
import { text } from '../testing/declared.ts'

const place = { partition: 'aws', account: '123456789012', prefix: 'shop-dev' }
const boundary = deployBoundary(place, {
  previewRole: 'shop-dev-preview',
  deployRole: 'shop-dev-deploy',
  deployBoundary: 'shop-dev-deploy-boundary',
  roleBoundary: 'shop-dev-role-boundary',
})
/** Source: AWS managed policy PowerUserAccess: everything but these. */
const POWER_USER: BoundaryStatement = {
  Sid: 'PowerUserAccess',
  Effect: 'Allow',
  Action: '*',
  Resource: '*',
}
const POWER_USER_LACKS = /^(iam|organizations|account):/

const list = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(String)
const matches = (patterns: unknown, value: string): boolean =>
  list(patterns).some(pattern =>
    new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(
      value,
    ),
  )
const isAbout = (statement: BoundaryStatement, action: string, resource: string): boolean =>
  matches(statement.Action, action) &&
  ('Resource' in statement && statement.Resource !== undefined
    ? matches(statement.Resource, resource)
    : !matches(statement.NotResource, resource))

/** As IAM decides, without conditions: both the role's policies and its boundary allow, and nothing denies. */
function mayDeploy(action: string, resource: string): boolean {
  const policies = [
    ...(POWER_USER_LACKS.test(action) ? [] : [POWER_USER]),
    ...deployStatements(place),
  ]
  const says = (statements: readonly BoundaryStatement[], effect: 'Allow' | 'Deny') =>
    statements.some(it => it.Effect === effect && isAbout(it, action, resource))
  return (
    says(policies, 'Allow') &&
    says(boundary, 'Allow') &&
    !says(policies, 'Deny') &&
    !says(boundary, 'Deny')
  )
}

const PREFIXES: Readonly<Record<string, string>> = {
  'client-ecs': 'ecs',
  'client-cloudwatch-logs': 'logs',
  'client-cloudwatch': 'cloudwatch',
}

/** What the code of this folder asks of AWS, from the commands that it imports. */
function asked(): string[] {
  const files = readdirSync(import.meta.dirname).filter(name => /^[\w-]+\.ts$/.test(name))
  return files.flatMap(file => {
    const code = readFileSync(join(import.meta.dirname, file), 'utf8')
    return [...code.matchAll(/import \{([^}]*)\} from '@aws-sdk\/([\w-]+)'/g)].flatMap(
      ([, names = '', client = '']) =>
        [...names.matchAll(/\b(\w+)Command\b/g)].map(([, name]) => `${PREFIXES[client]}:${name}`),
    )
  })
}

test('a deployment may ask of AWS all that a rollout asks', () => {
  const actions = [...new Set(asked())].sort()
  expect(actions).toEqual([
    'cloudwatch:DescribeAlarms',
    'ecs:DescribeServiceDeployments',
    'ecs:DescribeServices',
    'ecs:DescribeTasks',
    'ecs:ListServiceDeployments',
    'ecs:ListTasks',
    'ecs:RunTask',
    'ecs:StopTask',
    'ecs:UpdateService',
    'logs:GetLogEvents',
  ])
  for (const action of actions) expect(mayDeploy(action, 'arn:aws:any'), action).toBe(true)
})

test('it may hand the roles of migrations on to ECS, and no role of others', async () => {
  const declared = await declaredPlatform({ like: 'dev' })
  const roles = declared
    .all('iam/role:Role')
    .filter(({ name }) => name.endsWith('-migration-role'))
    .map(({ inputs }) => text(inputs['name']))
  expect(roles.length).toBeGreaterThan(3)
  const arn = (name: string) => `arn:aws:iam::123456789012:role/${name}`
  for (const name of roles) expect(mayDeploy('iam:PassRole', arn(name)), name).toBe(true)
  expect(mayDeploy('iam:PassRole', arn('somebody'))).toBe(false)
  expect(mayDeploy('iam:PassRole', arn('shop-dev-deploy'))).toBe(false)
})

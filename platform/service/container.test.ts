import { expect, test } from 'vitest'
import { containerDefinition, volumes } from './container.ts'

const ARGS = {
  service: 'orders',
  image: 'registry.test/orders@sha256:1',
  environment: { PORT: '8080', HOST: '0.0.0.0' },
  secrets: { CACHE_URL: 'secret-arn:CACHE_URL::version' },
  logGroup: '/shop-dev/orders',
  region: 'eu-west-1',
  stopSeconds: 40,
  exec: false,
}

test('a container is not root, adds no capability and writes to /tmp alone', () => {
  const container = containerDefinition(ARGS)
  expect(container).toMatchObject({
    user: '10001',
    privileged: false,
    readonlyRootFilesystem: true,
    linuxParameters: { initProcessEnabled: true, capabilities: { add: [], drop: ['ALL'] } },
    stopTimeout: 40,
  })
  expect(container.mountPoints.map(({ containerPath }) => containerPath)).toEqual(['/tmp'])
})

test('execute-command may write what its agent needs', () => {
  const container = containerDefinition({ ...ARGS, exec: true })
  expect(container.mountPoints.map(({ containerPath }) => containerPath)).toEqual([
    '/tmp',
    '/var/lib/amazon',
    '/var/log/amazon',
  ])
})

test.for([true, false])('each mount has its volume (execute-command: %s)', exec => {
  const mounted = containerDefinition({ ...ARGS, exec }).mountPoints
  expect(volumes(exec).map(({ name }) => name)).toEqual(
    mounted.map(({ sourceVolume }) => sourceVolume),
  )
})

test('variables are sorted: another order of the same is no change', () => {
  const other = { ...ARGS, environment: { HOST: '0.0.0.0', PORT: '8080' } }
  expect(JSON.stringify(containerDefinition(other))).toBe(JSON.stringify(containerDefinition(ARGS)))
})

test('a command runs once: no port, no health check, a log stream of its own', () => {
  const container = containerDefinition({ ...ARGS, command: ['migrate'] })
  expect(container).toMatchObject({ command: ['migrate'] })
  expect(container).not.toHaveProperty('portMappings')
  expect(container).not.toHaveProperty('healthCheck')
  expect(container.logConfiguration.options['awslogs-stream-prefix']).toBe('migrate')
})

test('the health check asks the process itself and needs no shell', () => {
  const { healthCheck } = containerDefinition(ARGS)
  expect(healthCheck?.command.slice(0, 3)).toEqual(['CMD', 'node', '-e'])
  expect(healthCheck?.command[3]).toContain('http://127.0.0.1:8080/health')
})

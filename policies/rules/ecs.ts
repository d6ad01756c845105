import { type Container, containersOf, nameOf } from '../reading/containers.ts'
import type { ResourceOf } from '../resource.ts'
import { fail, type Finding, rule, type Rule, shown } from '../rule.ts'

type Task = ResourceOf<'ecs.TaskDefinition'>

/** The first container that a test finds something in. */
function firstOf(task: Task, check: (container: Container) => Finding | undefined) {
  for (const container of containersOf(task)) {
    const found = check(container)
    if (found) return { ...found, property: `${nameOf(container)}.${found.property}` }
  }
  return undefined
}

const isRoot = (user: string | undefined): boolean =>
  user === undefined || user === '' || /^(?:root|0)(?::|$)/.test(user)

/** What the control of AWS lists; names and values of other secrets are a rule of our own. */
const AWS_SECRETS = new Set(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'ECS_ENGINE_AUTH_DATA'])

/** The oldest version of the platform that AWS still improves. */
const OLDEST_PLATFORM = [1, 4, 0] as const

const isRecent = (version: string): boolean => {
  const parts = version.split('.').map(Number)
  for (const [i, wanted] of OLDEST_PLATFORM.entries()) {
    const given = parts[i] ?? 0
    if (given !== wanted) return given > wanted
  }
  return true
}

export const ecs: readonly Rule[] = [
  rule('ecs.TaskDefinition', {
    control: 'ECS.1',
    title: 'Tasks in the network of their host run as a user of their own',
    severity: 'high',
    why: 'root in the network of the host can read and take over its traffic',
    applies: ({ inputs }) => inputs.networkMode === 'host',
    check: task =>
      firstOf(task, ({ user, privileged }) =>
        privileged !== true && isRoot(user)
          ? fail('user', `${shown(user)} with networkMode "host"`, "networkMode: 'awsvpc'")
          : undefined,
      ),
  }),
  rule('ecs.Service', {
    control: 'ECS.2',
    title: 'Services give their tasks no public address',
    severity: 'high',
    why: 'each task can be reached from the internet, past load balancer and firewall',
    check: ({ inputs: { networkConfiguration } }) =>
      networkConfiguration?.assignPublicIp === true
        ? fail('networkConfiguration.assignPublicIp', 'is true', 'assignPublicIp: false')
        : undefined,
  }),
  rule('ecs.TaskDefinition', {
    control: 'ECS.3',
    title: 'Tasks do not see the processes of their host',
    severity: 'high',
    why: 'a container can read and stop what runs beside it',
    check: ({ inputs: { pidMode } }) =>
      pidMode === 'host' ? fail('pidMode', 'is "host"', 'leave pidMode out') : undefined,
  }),
  rule('ecs.TaskDefinition', {
    control: 'ECS.4',
    title: 'Containers are not privileged',
    severity: 'high',
    why: 'a privileged container is root on its host',
    check: task =>
      firstOf(task, ({ privileged }) =>
        privileged === true ? fail('privileged', 'is true', 'privileged: false') : undefined,
      ),
  }),
  rule('ecs.TaskDefinition', {
    control: 'ECS.5',
    title: 'Containers can not change their own files',
    severity: 'high',
    why: 'an attacker can put programs into the container and change those that are there',
    applies: ({ inputs }) =>
      !(inputs.runtimePlatform?.operatingSystemFamily ?? '').startsWith('WINDOWS'),
    check: task =>
      firstOf(task, ({ readonlyRootFilesystem }) =>
        readonlyRootFilesystem === true
          ? undefined
          : fail(
              'readonlyRootFilesystem',
              shown(readonlyRootFilesystem),
              'readonlyRootFilesystem: true, and a volume for what must be written',
            ),
      ),
  }),
  rule('ecs.TaskDefinition', {
    control: 'ECS.8',
    title: 'Credentials are not in the environment of a container',
    severity: 'high',
    why: 'everybody who may describe the task can read them',
    check: task =>
      firstOf(task, ({ environment = [] }) => {
        const found = environment.find(({ name = '' }) => AWS_SECRETS.has(name))
        return found
          ? fail(
              `environment[${found.name}]`,
              'is a credential in plain',
              'a task role for AWS; secrets: [{ name, valueFrom }] for others',
            )
          : undefined
      }),
  }),
  rule('ecs.TaskDefinition', {
    control: 'ECS.9',
    title: 'Containers have a log',
    severity: 'high',
    why: 'what a container said is gone with it',
    check: task =>
      firstOf(task, ({ logConfiguration }) =>
        logConfiguration?.logDriver
          ? undefined
          : fail('logConfiguration', 'is not set', "logConfiguration: { logDriver: 'awslogs', … }"),
      ),
  }),
  rule('ecs.Service', {
    control: 'ECS.10',
    title: 'Services run on the latest platform of Fargate',
    severity: 'medium',
    why: 'older platforms miss fixes of kernel and runtime',
    check: ({ inputs: { platformVersion } }) =>
      platformVersion === undefined || platformVersion === 'LATEST' || isRecent(platformVersion)
        ? undefined
        : fail(
            'platformVersion',
            shown(platformVersion),
            "platformVersion: 'LATEST', or leave it out",
          ),
  }),
  rule('ecs.Cluster', {
    control: 'ECS.12',
    title: 'Clusters have Container Insights',
    severity: 'medium',
    why: 'without figures of tasks and containers an incident is guesswork',
    check: ({ inputs: { settings = [] } }) => {
      const value = settings.find(({ name }) => name === 'containerInsights')?.value
      return value === 'enabled' || value === 'enhanced'
        ? undefined
        : fail(
            'settings[containerInsights]',
            shown(value),
            "settings: [{ name: 'containerInsights', value: 'enabled' }]",
          )
    },
  }),
  rule('ecs.TaskSet', {
    control: 'ECS.16',
    title: 'Task sets give their tasks no public address',
    severity: 'high',
    why: 'each task can be reached from the internet, past load balancer and firewall',
    check: ({ inputs: { networkConfiguration } }) =>
      networkConfiguration?.assignPublicIp === true
        ? fail('networkConfiguration.assignPublicIp', 'is true', 'assignPublicIp: false')
        : undefined,
  }),
  rule('ecs.TaskDefinition', {
    control: 'ECS.17',
    title: 'Tasks have a network of their own',
    severity: 'medium',
    why: 'a container can reach and pretend to be everything on its host',
    check: ({ inputs: { networkMode } }) =>
      networkMode === 'host'
        ? fail('networkMode', 'is "host"', "networkMode: 'awsvpc'")
        : undefined,
  }),
  rule('ecs.TaskDefinition', {
    control: 'ECS.20',
    title: 'Containers run as a user of their own',
    severity: 'medium',
    why: 'who breaks into the program is root in the container',
    applies: ({ inputs }) =>
      !(inputs.runtimePlatform?.operatingSystemFamily ?? '').startsWith('WINDOWS'),
    check: task =>
      firstOf(task, ({ user }) =>
        isRoot(user) ? fail('user', shown(user), "user: '1000'") : undefined,
      ),
  }),
]

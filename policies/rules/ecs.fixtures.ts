import * as aws from '@pulumi/aws'
import type { Container } from '../reading/containers.ts'
import type { Fixtures } from '../testing/fixtures.ts'

/** @param containers of the task; each is called after its place */
const task =
  (containers: readonly Container[], args: Partial<aws.ecs.TaskDefinitionArgs> = {}) =>
  () => {
    new aws.ecs.TaskDefinition('task', {
      family: 'task',
      containerDefinitions: JSON.stringify(
        containers.map((container, i) => ({ name: `c${i}`, image: 'shop:1', ...container })),
      ),
      ...args,
    })
  }

const service = (args: Partial<aws.ecs.ServiceArgs>) => () => {
  new aws.ecs.Service('service', args)
}
const assigning = (assignPublicIp: boolean) => ({
  networkConfiguration: { subnets: ['subnet-1'], assignPublicIp },
})
const taskSet = (assignPublicIp: boolean) => () => {
  new aws.ecs.TaskSet('set', {
    cluster: 'cluster',
    service: 'service',
    taskDefinition: 'task',
    ...assigning(assignPublicIp),
  })
}
const cluster = (args: aws.ecs.ClusterArgs) => () => {
  new aws.ecs.Cluster('cluster', args)
}

export const ecsFixtures: Fixtures = {
  'ECS.1': {
    passes: {
      'a network of its own': task([{}], { networkMode: 'awsvpc' }),
      'a user in the network of the host': task([{ user: '1000' }], { networkMode: 'host' }),
    },
    fails: {
      'containerDefinitions[c1].user is not set with networkMode "host"': task(
        [{ user: '1000' }, {}],
        { networkMode: 'host' },
      ),
      'containerDefinitions[c0].user is "root"': task([{ user: 'root' }], { networkMode: 'host' }),
      'containerDefinitions[c0].user is "0:0"': task([{ user: '0:0' }], { networkMode: 'host' }),
    },
  },
  'ECS.2': {
    passes: { told: service(assigning(false)), 'by default': service({}) },
    fails: { 'networkConfiguration.assignPublicIp is true': service(assigning(true)) },
  },
  'ECS.3': {
    passes: { 'processes of its own': task([{}]) },
    fails: { 'pidMode is "host"': task([{}], { pidMode: 'host' }) },
  },
  'ECS.4': {
    passes: { 'by default': task([{}]), told: task([{ privileged: false }]) },
    fails: { 'containerDefinitions[c1].privileged is true': task([{}, { privileged: true }]) },
  },
  'ECS.5': {
    passes: {
      'files that stay': task([{ readonlyRootFilesystem: true }]),
      'Windows, which can not': task([{}], {
        runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE' },
      }),
    },
    fails: {
      'containerDefinitions[c0].readonlyRootFilesystem is not set': task([{}]),
      'containerDefinitions[c1].readonlyRootFilesystem is false': task([
        { readonlyRootFilesystem: true },
        { readonlyRootFilesystem: false },
      ]),
    },
    unknown: {
      'containerDefinitions is no JSON list of containers': task([], {
        containerDefinitions: '- name: yaml',
      }),
    },
  },
  'ECS.8': {
    passes: { 'other variables': task([{ environment: [{ name: 'PORT', value: '80' }] }]) },
    fails: Object.fromEntries(
      ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'ECS_ENGINE_AUTH_DATA'].map(name => [
        `containerDefinitions[c0].environment[${name}] is a credential in plain`,
        task([{ environment: [{ name, value: 'x' }] }]),
      ]),
    ),
  },
  'ECS.9': {
    passes: { 'a log': task([{ logConfiguration: { logDriver: 'awslogs' } }]) },
    fails: {
      'containerDefinitions[c1].logConfiguration is not set': task([
        { logConfiguration: { logDriver: 'awslogs' } },
        {},
      ]),
    },
  },
  'ECS.10': {
    passes: {
      'by default': service({}),
      told: service({ platformVersion: 'LATEST' }),
      'a recent one': service({ platformVersion: '1.4.0' }),
    },
    fails: {
      'platformVersion is "1.3.0"': service({ platformVersion: '1.3.0' }),
      'platformVersion is "1.0.0"': service({ platformVersion: '1.0.0' }),
    },
  },
  'ECS.12': {
    passes: {
      enabled: cluster({ settings: [{ name: 'containerInsights', value: 'enabled' }] }),
      enhanced: cluster({ settings: [{ name: 'containerInsights', value: 'enhanced' }] }),
    },
    fails: {
      'settings[containerInsights] is not set': cluster({}),
      'settings[containerInsights] is "disabled"': cluster({
        settings: [{ name: 'containerInsights', value: 'disabled' }],
      }),
    },
  },
  'ECS.16': {
    passes: { told: taskSet(false) },
    fails: { 'networkConfiguration.assignPublicIp is true': taskSet(true) },
  },
  'ECS.17': {
    passes: { 'a network of its own': task([{}], { networkMode: 'awsvpc' }) },
    fails: { 'networkMode is "host"': task([{}], { networkMode: 'host' }) },
  },
  'ECS.20': {
    passes: {
      'a user of its own': task([{ user: '1000:1000' }]),
      'Windows, which has other users': task([{}], {
        runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE' },
      }),
    },
    fails: {
      'containerDefinitions[c0].user is not set': task([{}]),
      'containerDefinitions[c1].user is "root"': task([{ user: 'node' }, { user: 'root' }]),
      'containerDefinitions[c0].user is "0"': task([{ user: '0' }]),
    },
  },
}

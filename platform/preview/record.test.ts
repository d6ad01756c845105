import * as aws from '@pulumi/aws'
import * as awsx from '@pulumi/awsx'
import * as pulumi from '@pulumi/pulumi'
import * as random from '@pulumi/random'
import { expect, test } from 'vitest'
import { placeOf } from './program-error.ts'
import { recordStack } from './record.ts'
import type { StackPreview } from './stack-preview.ts'
import { testProject } from './testing.ts'

class Mailbox extends pulumi.ComponentResource {
  readonly queue: aws.sqs.Queue

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super('shop:test:Mailbox', name, {}, opts)
    this.queue = new aws.sqs.Queue(
      `${name}-queue`,
      { messageRetentionSeconds: 60 },
      {
        parent: this,
        protect: true,
        retainOnDelete: true,
        ignoreChanges: ['tags'],
        aliases: [{ name: 'old-queue' }],
      },
    )
    this.registerOutputs({})
  }
}

const record = async (
  program: () => unknown,
  files: Record<string, string> = {},
): Promise<StackPreview> => {
  using project = testProject(files)
  return await recordStack({ root: project.root, stack: 'dev', program })
}

const inputsOf = ({ resources }: StackPreview, name: string) =>
  resources.find(resource => resource.name === name)?.inputs

test('a resource is recorded with its parent, options, dependencies and former names', async () => {
  const preview = await record(() => {
    const box = new Mailbox('mail')
    new aws.sqs.QueuePolicy('policy', { queueUrl: box.queue.url, policy: '{}' })
  })
  const parent = 'urn:pulumi:dev::shop::shop:test:Mailbox::mail'
  const queue = 'urn:pulumi:dev::shop::shop:test:Mailbox$aws:sqs/queue:Queue::mail-queue'
  expect(preview.resources).toContainEqual({
    urn: queue,
    type: 'aws:sqs/queue:Queue',
    name: 'mail-queue',
    parent,
    inputs: { messageRetentionSeconds: 60 },
    protect: true,
    retainOnDelete: true,
    ignoreChanges: ['tags'],
    replaceOnChanges: [],
    aliases: ['urn:pulumi:dev::shop::shop:test:Mailbox$aws:sqs/queue:Queue::old-queue'],
    dependencies: [],
    propertyDependencies: {},
    custom: true,
    remote: false,
    read: false,
  })
  const policy = preview.resources.find(({ name }) => name === 'policy')
  expect(policy?.dependencies).toEqual([queue])
  expect(policy?.propertyDependencies).toEqual({ queueUrl: [queue] })
})

test('outputs that AWS computes are known, of the declared shape and the same in every run', async () => {
  const program = () => {
    const vpc = new aws.ec2.Vpc('vpc', { cidrBlock: '10.0.0.0/16' })
    const key = new aws.kms.Key('key', {})
    const db = new aws.rds.Instance('db', {
      instanceClass: 'db.t4g.micro',
      manageMasterUserPassword: true,
    })
    const role = new aws.iam.Role('role', { assumeRolePolicy: '{}', name: 'reader' })
    return {
      vpc: vpc.id,
      key: key.arn,
      role: role.arn,
      secret: db.masterUserSecrets[0]?.secretArn,
      port: db.port.apply(port => port + 1),
    }
  }
  const { outputs } = await record(program)
  expect(outputs).toEqual({
    vpc: expect.stringMatching(/^vpc-[0-9a-f]{17}$/),
    key: expect.stringMatching(/^arn:aws:kms:us-east-1:123456789012:key\/[0-9a-f-]{36}$/),
    role: 'arn:aws:iam::123456789012:role/reader',
    secret: expect.stringMatching(/^arn:aws:secretsmanager:.*:secret:rds!db-/),
    port: 5433,
  })
  expect((await record(program)).outputs).toEqual(outputs)
})

test('a program can ask who and where it is', async () => {
  const { outputs } = await record(
    () => ({
      account: aws.getCallerIdentityOutput().accountId,
      zones: aws.getAvailabilityZonesOutput().names,
      policy: aws.iam.getPolicyDocumentOutput({
        statements: [
          {
            actions: ['s3:GetObject'],
            resources: ['arn:aws:s3:::b/*'],
            principals: [{ type: 'Service', identifiers: ['logs.amazonaws.com'] }],
          },
        ],
      }).json,
    }),
    { 'Pulumi.dev.yaml': 'config: {aws:region: eu-central-1}' },
  )
  expect(outputs['account']).toBe('123456789012')
  expect(outputs['zones']).toEqual(['eu-central-1a', 'eu-central-1b', 'eu-central-1c'])
  expect(JSON.parse(outputs['policy'] as string)).toMatchObject({
    Statement: [
      {
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::b/*',
        Principal: { Service: 'logs.amazonaws.com' },
      },
    ],
  })
})

test('a look-up that nobody answers fails by name and says where to add it', async () => {
  await expect(record(() => ({ ami: aws.ec2.getAmiOutput({}).id }))).rejects.toThrow(
    /aws:ec2\/getAmi:getAmi.*platform\/preview\/invokes\.ts/,
  )
})

test('config comes from the stack file over the declared defaults, objects as JSON', async () => {
  const files = {
    'Pulumi.yaml': `
name: shop
config:
  zones: { type: integer, default: 2 }
  owner: { type: string, default: platform }
  aws:region: { type: string, default: us-east-1 }`,
    'Pulumi.dev.yaml': 'config: { shop:zones: 3, shop:services: { users: { min: 1 } } }',
  }
  const { outputs } = await record(() => {
    const config = new pulumi.Config()
    return {
      zones: config.requireNumber('zones'),
      owner: config.require('owner'),
      services: config.requireObject('services'),
      region: new pulumi.Config('aws').require('region'),
    }
  }, files)
  expect(outputs).toEqual({
    zones: 3,
    owner: 'platform',
    services: { users: { min: 1 } },
    region: 'us-east-1',
  })
})

test('a declared key without default that the stack does not set is named', async () => {
  const files = { 'Pulumi.yaml': 'name: shop\nconfig: { owner: { type: string } }' }
  await expect(record(() => {}, files)).rejects.toThrow('stack "dev" lacks shop:owner')
})

test.for([
  [
    'default',
    { 'Pulumi.yaml': "name: shop\nconfig: { key: { type: string, secret: true, default: '' } }\n" },
  ],
  [
    'value',
    {
      'Pulumi.yaml': 'name: shop\nconfig: { key: { type: string, secret: true } }\n',
      'Pulumi.dev.yaml': 'config: { shop:key: open }',
    },
  ],
] as const)(
  'a plain %s of a key that is declared secret is refused, as by Pulumi',
  async ([, files]) => {
    await expect(record(() => {}, files)).rejects.toThrow(
      'stack "dev": shop:key is declared secret and must be encrypted: pulumi config set --secret shop:key',
    )
  },
)

test('no secret stands in the preview, wherever it goes', async () => {
  const preview = await record(
    () => {
      const config = new pulumi.Config()
      const password = new random.RandomPassword('password', { length: 20 })
      const secret = new aws.secretsmanager.SecretVersion('version', {
        secretId: 'id',
        secretString: pulumi.interpolate`${config.requireSecret('key')}:${password.result}`,
      })
      new aws.sns.Topic('plain', { displayName: config.require('key') })
      new aws.sns.Topic('topic', { displayName: password.result })
      return { secret: secret.secretString }
    },
    { 'Pulumi.dev.yaml': 'config: { shop:key: { secure: v1:abc } }' },
  )
  expect(preview.outputs).toEqual({ secret: '[secret]' })
  expect(inputsOf(preview, 'version')).toEqual({ secretId: 'id', secretString: '[secret]' })
  expect(inputsOf(preview, 'topic')).toEqual({ displayName: '[secret]' })
  expect(inputsOf(preview, 'plain')).toEqual({ displayName: '[secret]' })
  expect(preview.warnings).toEqual([
    'plain (aws:sns/topic:Topic): displayName holds a secret of the stack in plain',
  ])
  expect(JSON.stringify(preview)).not.toContain('placeholder')
})

test.each([
  ['a text "undefined"', (name: string) => `arn:${[][0]}:${name}`, 'holds the text "undefined"'],
  ['an output as text', (_: string, arn: unknown) => String(arn), 'turns an Output into text'],
  ['an object as text', (_: string, _arn: unknown, map: unknown) => String(map), 'holds the text'],
])('%s in an input fails with resource, property and place', async (_, text, problem) => {
  const failed = record(() => {
    const topic = new aws.sns.Topic('topic')
    new aws.ssm.Parameter('wrong', { type: 'String', value: text('a', topic.arn, {}) })
  })
  await expect(failed).rejects.toThrow(problem)
  const error = await failed.catch((thrown: Error) => thrown)
  expect(error).toMatchObject({
    message: expect.stringContaining('wrong [aws:ssm/parameter:Parameter]: property value'),
  })
  expect(placeOf(error as Error, import.meta.dirname)).toMatch(/^record\.test\.ts:\d+:\d+$/)
})

test('code may say undefined', async () => {
  const code = 'const handler = event => (event.uri === undefined ? event : event.request)'
  const { resources } = await record(() => {
    new aws.cloudfront.Function('rewrite', { runtime: 'cloudfront-js-2.0', code })
  })
  expect(resources[0]?.inputs['code']).toBe(code)
})

test.each([
  [
    'throws',
    () => {
      throw new Error('zones must be 2 or 3')
    },
  ],
  [
    'rejects',
    async () => {
      throw new Error('zones must be 2 or 3')
    },
  ],
  [
    'throws inside apply',
    () => {
      new aws.sns.Topic('topic').arn.apply(() => {
        throw new Error('zones must be 2 or 3')
      })
    },
  ],
  [
    'passes a promise that rejects',
    () => {
      const topic = new aws.sns.Topic('topic', {
        name: Promise.reject(new Error('zones must be 2 or 3')),
      })
      new aws.sns.TopicPolicy('policy', { arn: topic.arn, policy: '{}' })
    },
  ],
])('a program that %s fails with its own error', async (_, program) => {
  const error = await record(program).catch((thrown: Error) => thrown)
  expect(error).toMatchObject({ message: expect.stringMatching(/zones must be 2 or 3$/) })
  expect(placeOf(error as Error, import.meta.dirname)).toMatch(/^record\.test\.ts:\d+:\d+$/)
})

test('two resources with one name fail', async () => {
  await expect(
    record(() => [new aws.sns.Topic('topic'), new aws.sns.Topic('topic')].length),
  ).rejects.toThrow('there are two resources urn:pulumi:dev::shop::aws:sns/topic:Topic::topic')
})

test('stacks recorded side by side do not see each other, in failure either', async () => {
  using project = testProject({
    'Pulumi.dev.yaml': 'config: { shop:n: 1 }',
    'Pulumi.prod.yaml': 'config: { shop:n: 2 }',
    'Pulumi.bad.yaml': 'config: { shop:n: 3 }',
  })
  const program = async () => {
    const n = new pulumi.Config().requireNumber('n')
    if (n === 1) await pulumi.log.warn('only dev')
    await new Promise(resolve => setImmediate(resolve))
    const topic = new aws.sns.Topic(`topic-${n}`, { name: `t${n}` })
    topic.arn.apply(() => {
      if (n === 3) throw new Error('only bad')
    })
    return { stack: pulumi.getStack(), n: new pulumi.Config().requireNumber('n') }
  }
  const run = (stack: string) => recordStack({ root: project.root, stack, program })
  const [dev, bad, prod] = await Promise.allSettled([run('dev'), run('bad'), run('prod')])
  expect(bad).toMatchObject({ status: 'rejected', reason: { message: 'only bad' } })
  expect(dev).toMatchObject({
    value: { outputs: { stack: 'dev', n: 1 }, warnings: ['only dev'], resources: [{}] },
  })
  expect(prod).toMatchObject({
    value: { outputs: { stack: 'prod', n: 2 }, warnings: [], resources: [{ name: 'topic-2' }] },
  })
})

test('explicit providers are recorded and inherited', async () => {
  const { resources } = await record(() => {
    const provider = new aws.Provider('main', { region: 'eu-central-1' })
    new Mailbox('mail', { provider })
  })
  const provider = resources.find(({ type }) => type === 'pulumi:providers:aws')
  expect(provider?.inputs).toMatchObject({ region: 'eu-central-1' })
  const queue = resources.find(({ name }) => name === 'mail-queue')
  expect(queue?.provider).toMatch(new RegExp(`^${provider?.urn}::`))
})

test('a file is recorded by its path in the project and its content', async () => {
  const { resources } = await record(
    () => {
      new aws.s3.BucketObjectv2('page', {
        bucket: 'b',
        source: new pulumi.asset.FileAsset('page.html'),
      })
    },
    { 'page.html': 'hello' },
  )
  expect(resources[0]?.inputs['source']).toEqual({
    path: 'page.html',
    sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
  })
})

test('a component of another plugin is recorded and not run: no image is built', async () => {
  const { resources, outputs } = await record(() => {
    const image = new awsx.ecr.Image('image', {
      repositoryUrl: 'registry/shop',
      context: '/none',
      imageTag: 'v1',
    })
    return { uri: image.imageUri }
  })
  expect(resources).toMatchObject([{ type: 'awsx:ecr:Image', remote: true, custom: false }])
  expect(outputs['uri']).toMatch(/^registry\/shop:v1@sha256:[0-9a-f]{64}$/)
})

test('what is only looked up is marked as read', async () => {
  const { resources } = await record(() => {
    const topic = aws.sns.Topic.get('theirs', 'arn:aws:sns:us-east-1:123456789012:theirs')
    new aws.sns.TopicPolicy('policy', { arn: topic.arn, policy: '{}' })
  })
  expect(resources.find(({ name }) => name === 'theirs')?.read).toBe(true)
  expect(resources.find(({ name }) => name === 'policy')?.inputs['arn']).toBe(
    'arn:aws:sns:us-east-1:123456789012:theirs',
  )
})

test('hooks of a deployment are accepted and do not run', async () => {
  const { resources } = await record(() => {
    const hook = new pulumi.ResourceHook('after', () => {
      throw new Error('ran')
    })
    new aws.sns.Topic('topic', {}, { hooks: { afterCreate: [hook] } })
  })
  expect(resources).toHaveLength(1)
})

test('transforms fail with what to use instead', async () => {
  const transforms = [() => undefined]
  await expect(record(() => new aws.sns.Topic('topic', {}, { transforms }))).rejects.toThrow(
    'does not run transforms; use the option transformations',
  )
})

test('the code of a dynamic provider stands as its hash', async () => {
  const provider: pulumi.dynamic.ResourceProvider = {
    create: async () => ({ id: 'made', outs: {} }),
  }
  class Check extends pulumi.dynamic.Resource {
    constructor(name: string) {
      super(provider, name, { limit: 3 })
    }
  }
  const { resources } = await record(() => {
    new Check('check')
  })
  expect(resources[0]?.inputs).toEqual({
    limit: 3,
    __provider: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
  })
})

import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Fixtures } from '../testing/fixtures.ts'

const task = (container: object) => () =>
  new aws.ecs.TaskDefinition('task', {
    family: 'task',
    containerDefinitions: JSON.stringify([{ name: 'app', image: 'shop:1', ...container }]),
  })

const variable = (name: string, value: string) => task({ environment: [{ name, value }] })
const variables = (environment: Record<string, string>) =>
  task({ environment: Object.entries(environment).map(([name, value]) => ({ name, value })) })

const of = (name: string) => `containerDefinitions[app].environment[${name}]`

export const ownContainersFixtures: Fixtures = {
  'Shop.PlainSecrets': {
    passes: {
      'by reference': task({
        secrets: [{ name: 'DATABASE_PASSWORD', valueFrom: 'arn:aws:secretsmanager:secret' }],
      }),
      'about secrets': variables({
        SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf',
        TOKEN_URL: 'https://users.internal/token',
        ACCESS_TOKEN_MINUTES: '30',
        PASSWORD_FILE: '/run/secrets/password',
      }),
      'long and readable': variables({
        QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/shop-dev-orders',
        DATABASE_URL: 'postgres://orders@db.abcdef012345.eu-west-1.rds.amazonaws.com:5432/shop',
        GREETING: 'Welcome to the shop of 2026, where 1000 lamps await you',
        SERVICE: 'shop-development-notifications-v2',
      }),
      'a word without value': variable('PASSWORD', ''),
    },
    fails: {
      [`${of('DB_PASSWORD')} has the name of a secret`]: variable('DB_PASSWORD', 'hunter2'),
      [`${of('apiKey_API_KEY')} has the name of a secret`]: variable('apiKey_API_KEY', '1'),
      [`${of('DATABASE_URL')} holds a URL with a password`]: variable(
        'DATABASE_URL',
        'postgres://shop:hunter2@db.example.com/shop',
      ),
      [`${of('PAYMENTS')} has the form of a key`]: [
        variable('PAYMENTS', 'sk_live_0123456789abcdef'),
        variable('PAYMENTS', '-----BEGIN RSA PRIVATE KEY-----'),
        variable('PAYMENTS', 'AKIAIOSFODNN7EXAMPLE'),
      ],
      [`${of('SEED')} looks random`]: variable('SEED', 'q7Zr2Lx9Tb4Vn8Kp1Wm5Yc3D'),
    },
    unknown: {
      'containerDefinitions is secret': () =>
        new aws.ecs.TaskDefinition('task', {
          family: 'task',
          containerDefinitions: pulumi.secret('[]'),
        }),
    },
  },
  'Shop.LatestImage': {
    passes: {
      'a version': task({ image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:1.2' }),
      'a digest': task({ image: 'shop@sha256:0123' }),
      'a registry with a port': task({ image: 'registry:5000/shop:1' }),
    },
    fails: {
      'containerDefinitions[app].image has the tag "latest"': task({ image: 'shop:latest' }),
      'containerDefinitions[app].image has no tag, which is "latest"': [
        task({ image: 'shop' }),
        task({ image: 'registry:5000/shop' }),
      ],
    },
  },
}

import { expect, test } from 'vitest'
import { stateStatements } from './state-statements.ts'

const dev = { partition: 'aws', project: 'shop', stack: 'dev' }
const bucket = 'acme-pulumi'
const keyArn = 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const object = (key: string) => `arn:aws:s3:::acme-pulumi/${key}`

const patternOf = (resource: unknown) => {
  expect(resource).toBeTypeOf('string')
  return new RegExp(`^${(resource as string).replaceAll('.', '\\.').replaceAll('*', '.*')}$`)
}

/** What these statements let somebody do with this object. */
const allowed = (key: string) =>
  stateStatements(dev, { bucket })
    .filter(({ Resource }) => [Resource].flat().some(it => patternOf(it).test(object(key))))
    .flatMap(({ Action }) => Action)

test.for([
  ['.pulumi/meta.yaml', ['s3:GetObject']],
  ['.pulumi/stacks/shop/dev.json', ['s3:GetObject']],
  ['.pulumi/stacks/shop/dev.json.gz', ['s3:GetObject']],
  ['.pulumi/stacks/shop/prod.json', []],
  ['.pulumi/stacks/shop/dev2.json', []],
  ['.pulumi/stacks/other/dev.json', []],
  ['.pulumi/backups/shop/dev/1.json', []],
  [
    '.pulumi/locks/organization/shop/dev/1-2.json',
    ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
  ],
  ['.pulumi/locks/organization/shop/prod/1-2.json', []],
] as const)('a preview of dev may do with %s: %j', ([key, actions]) => {
  expect(allowed(key)).toEqual(actions)
})

test('the key opens secrets, and encrypts only what S3 stores', () => {
  expect(stateStatements(dev, { keyArn })).toEqual([
    { Sid: 'OpenSecrets', Effect: 'Allow', Action: 'kms:Decrypt', Resource: keyArn },
    {
      Sid: 'EncryptTheLock',
      Effect: 'Allow',
      Action: 'kms:GenerateDataKey',
      Resource: keyArn,
      Condition: { StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
    },
  ])
})

test('Pulumi Cloud needs nothing of this', () => {
  expect(stateStatements(dev, {})).toEqual([])
})

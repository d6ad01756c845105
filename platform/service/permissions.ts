import * as pulumi from '@pulumi/pulumi'
import type { AnyManifest, Need } from '../../apps/shared/manifest.ts'
import { allow, type Grants, STATEMENTS_OF_NEED } from './need-statements.ts'
import type { Statement } from '../statements.ts'

/** A master secret and the key that encrypts it. */
export interface MasterSecret {
  arn: pulumi.Input<string>
  keyArn: pulumi.Input<string>
}

/** What ECS may do to start the service's tasks: pull its image, write its log, read its secret. Pure. */
export function executionStatements(grants: Grants, master?: MasterSecret): Statement[] {
  const { repositoryArn, logGroupArn, secretArn, keyArn } = grants
  const statements = [
    // This action has no resource level: it asks for a token of the whole registry.
    allow('LogInToRegistry', ['ecr:GetAuthorizationToken'], '*'),
    allow(
      'PullImage',
      ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      repositoryArn,
    ),
    allow(
      'WriteLog',
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      pulumi.interpolate`${logGroupArn}:*`,
    ),
  ]
  const secrets = [...(secretArn ? [secretArn] : []), ...(master ? [master.arn] : [])]
  if (secrets.length > 0)
    statements.push(
      allow('ReadSecrets', ['secretsmanager:GetSecretValue'], secrets),
      allow(
        'DecryptSecrets',
        ['kms:Decrypt'],
        [...(secretArn ? [keyArn] : []), ...(master ? [master.keyArn] : [])],
      ),
    )
  return statements
}

/** What the service's own code may do on AWS: what its manifest says, nothing else. Pure. */
export function taskStatements(manifest: AnyManifest, grants: Grants): Statement[] {
  const needs = (Object.keys(manifest.needs) as Need[]).toSorted()
  return [
    ...needs.flatMap(need => STATEMENTS_OF_NEED[need](grants)),
    ...eventStatements(manifest, grants),
    ...execStatements(grants),
  ]
}

function eventStatements({ publishes, consumes }: AnyManifest, { events }: Grants): Statement[] {
  if (!events) return []
  const statements: Statement[] = []
  if (publishes.length > 0)
    statements.push(allow('PublishEvents', ['sns:Publish'], events.topicArn))
  if (consumes.length > 0 && events.queue)
    statements.push(
      allow(
        'ReadEvents',
        [
          'sqs:ReceiveMessage',
          'sqs:DeleteMessage',
          'sqs:ChangeMessageVisibility',
          'sqs:GetQueueAttributes',
        ],
        events.queue.arn,
      ),
      // Taking dead letters back is for operators.
      allow(
        'KeepDeadLetters',
        ['sqs:SendMessage', 'sqs:GetQueueAttributes'],
        events.queue.deadLetterArn,
      ),
    )
  if (statements.length > 0)
    statements.push(allow('UseEventsKey', ['kms:Decrypt', 'kms:GenerateDataKey'], events.keyArn))
  return statements
}

function execStatements({ exec, keyArn }: Grants): Statement[] {
  if (!exec) return []
  return [
    // The channels of a session have no resource level.
    allow(
      'OpenSession',
      [
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ],
      '*',
    ),
    // This action has no resource level.
    allow('FindSessionLog', ['logs:DescribeLogGroups'], '*'),
    allow(
      'WriteSessionLog',
      ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      [exec.logGroupArn, pulumi.interpolate`${exec.logGroupArn}:*`],
    ),
    allow('EncryptSession', ['kms:Decrypt'], keyArn),
  ]
}
